import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuditEntry } from './audit-entry.js';

const context = new AsyncLocalStorage<NonNullable<AuditEntry['details']>>();

/** Adds details to every audit entry that is written while this runs, and by what it starts. */
export function withAuditDetails<T>(details: NonNullable<AuditEntry['details']>, run: () => T): T {
  return context.run(details, run);
}

export function currentAuditDetails(): NonNullable<AuditEntry['details']> {
  return context.getStore() ?? {};
}
