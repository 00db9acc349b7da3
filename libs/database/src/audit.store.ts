import type { Database } from './database.js';

/** Who did what to what, from where, and whether it was allowed. */
export interface AuditEntry {
  actor: string;
  action: string;
  subject: string;
  allowed: boolean;
  address: string | null;
  details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Append-only; the database refuses changes. */
export class AuditStore {
  constructor(private readonly database: Database) {}

  async append({ details = {}, ...entry }: AuditEntry): Promise<void> {
    await this.database.client.auditEvent.create({ data: { ...entry, details } });
  }
}
