import type { Changes } from '@app/domain';

/** Who did what to which subject, from where, and whether it was allowed. */
export interface AuditEntry {
  actor: string;
  action: string;
  subject: string;
  allowed: boolean;
  address: string | null;
  details?: Readonly<Record<string, string | number | boolean | null | Changes>>;
}
