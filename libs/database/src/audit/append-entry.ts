import type { Session } from '../connection/database.js';
import { currentAuditDetails } from './audit-context.js';
import type { AuditEntry } from './audit-entry.js';

/**
 * The entry of a change, written in its transaction, so that both or neither happen and the old values are exact.
 * @param before null: it did not exist
 */
export type EntryOfChange<T> = (before: T | null, after: T) => AuditEntry;

export async function appendEntry(session: Session, { details = {}, ...entry }: AuditEntry): Promise<void> {
  await session.auditEvent.create({ data: { ...entry, details: { ...details, ...currentAuditDetails() } } });
}
