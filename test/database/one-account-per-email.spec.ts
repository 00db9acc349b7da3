import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate } from '../../scripts/lib/apply-migrations.mjs';
import { createDatabase, query, tempDir, type TestDatabase } from '../support/servers.js';

const MIGRATION = '20261129232000_one_account_per_email';
const MIGRATIONS = join(import.meta.dirname, '..', '..', 'prisma', 'migrations');

let database: TestDatabase;
const folder = tempDir();

/** The database of the version before this migration, with these accounts in it. */
async function openOld(emails: readonly string[], migration = MIGRATION): Promise<void> {
  const names = readdirSync(MIGRATIONS).filter((name) => name < migration);
  for (const name of names) cpSync(join(MIGRATIONS, name), join(folder.path, name), { recursive: true });
  await migrate({ connectionString: database.url, dir: folder.path });
  for (const email of emails) await sql(`insert into account (email, name) values ($1, '')`, [email]);
}

const sql = (text: string, values: unknown[] = []) => query(database.url, text, values);
const upgrade = () => migrate({ connectionString: database.url });
const refusal = async () => (await upgrade().catch((error: unknown) => error)) as Error & { hint?: string };

function execution(email: string): Promise<unknown> {
  return sql(
    `insert into execution (proc_name, proc_revision, job_name, image, args, snapshot, user_email)
     values ('p', 1, gen_random_uuid(), 'i', '{}', '{}', $1)`,
    [email],
  );
}

beforeEach(async () => {
  database = await createDatabase({ migrated: false });
});
afterEach(() => database.drop());

describe('the migration to one account for each email', () => {
  it('refuses accounts that differ only in case, says what to do, and is tried again after that', async () => {
    await openOld(['Ada@example.com', 'ada@example.com', 'bob@example.com']);
    for (let times = 0; times < 2; times++) {
      const { message, hint } = await refusal();
      expect(message).toContain('Ada@example.com and ada@example.com');
      expect(message).not.toContain('bob@');
      expect(hint).toContain('proctor user remove EMAIL');
      expect(hint).toContain('DELETE FROM account WHERE email =');
    }
    await sql(`delete from account where email = 'Ada@example.com'`);
    expect(await upgrade()).toContain(MIGRATION);
    await expect(sql(`insert into account (email, name) values ('ADA@example.com', '')`)).rejects.toThrow(
      /account_once/,
    );
    expect(await upgrade()).toEqual([]);
  }, 60_000);

  it('gives what people own the spelling of their account, or the first one known', async () => {
    await openOld(['Ada@example.com']);
    await sql(`insert into sign_in (email, name, active, groups, plugin, seen_at) values
      ('ADA@example.com', '', true, '{}', 'oidc', now()), ('Eve@example.com', '', true, '{a}', 'oidc', now()),
      ('eve@example.com', '', true, '{b}', 'oidc', now() + interval '1 minute')`);
    for (const email of [
      'ada@example.com',
      'Ada@example.com',
      'EVE@example.com',
      'gone@example.com',
      'Gone@Example.com',
    ])
      await execution(email);
    await upgrade();
    const owners = await sql('select user_email, count(*)::int as n from execution group by 1 order by 1');
    expect(owners).toEqual([
      { user_email: 'Ada@example.com', n: 2 },
      { user_email: 'Eve@example.com', n: 1 },
      { user_email: 'Gone@Example.com', n: 2 },
    ]);
    expect(await sql('select email, groups from sign_in order by email')).toEqual([
      { email: 'Ada@example.com', groups: [] },
      { email: 'Eve@example.com', groups: ['b'] },
    ]);
  }, 60_000);
});

describe('the migration to one account for each Unicode form of an email', () => {
  const FORMS_MIGRATION = '20261130143700_one_account_per_form_of_email';
  const [composed, decomposed] = ['änne@example.com', 'änne@example.com'.normalize('NFD')] as const;
  const remember = (email: string) =>
    sql('insert into email_spelling (folded, email) values ($1, $2)', [email, email]);

  it('refuses accounts that differ only in that, and is tried again after one is removed', async () => {
    await openOld([composed, decomposed, 'bob@example.com'], FORMS_MIGRATION);
    const { message, hint } = await refusal();
    expect(message).toContain(`${composed} and ${decomposed}`);
    expect(message).not.toContain('bob@');
    expect(hint).toContain('proctor user remove EMAIL');
    await sql('delete from account where email = $1', [composed]);
    expect(await upgrade()).toContain(FORMS_MIGRATION);
  }, 60_000);

  it('gives each spelling the key of all its forms, that of an account first', async () => {
    const zeroWidth = 'e\u200bve@example.com';
    await openOld([decomposed], FORMS_MIGRATION);
    for (const email of ['ada@example.com', decomposed, zeroWidth]) await remember(email);
    await upgrade();
    const keys = await sql('select folded, email from email_spelling order by folded');
    expect(keys).toEqual([
      { folded: 'ada@example.com', email: 'ada@example.com' },
      { folded: 'eve@example.com', email: zeroWidth },
      { folded: composed, email: decomposed },
    ]);
  }, 60_000);
});
