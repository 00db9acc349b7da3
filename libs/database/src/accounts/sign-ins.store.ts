import type { User } from '@app/domain';
import type { Database } from '../connection/database.js';

/** The last answer of an authentication plugin about each user: what is known of a user who is not signed in. */
export class SignInsStore {
  constructor(private readonly database: Database) {}

  /**
   * Records the answer. May be called for each request: an unchanged answer is written at most once a minute.
   * @param user the email as `rememberSpelling` returned it
   * @param plugin its name
   */
  async note({ email, name, active, groups }: User, plugin: string): Promise<void> {
    await this.database.client.$executeRaw`
      INSERT INTO sign_in AS s (email, name, active, groups, plugin)
      VALUES (${email}, ${name}, ${active}, ${[...groups]}::text[], ${plugin})
      ON CONFLICT ((lower(email))) DO UPDATE SET name = excluded.name, active = excluded.active, groups = excluded.groups,
        plugin = excluded.plugin, seen_at = excluded.seen_at
      WHERE s.seen_at < now() - interval '1 minute' OR (s.active, s.groups, s.plugin)
        IS DISTINCT FROM (excluded.active, excluded.groups, excluded.plugin)`;
  }
}
