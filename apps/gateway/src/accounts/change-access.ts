import type { AuditEntry } from '@app/database';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';

interface AccessChange {
  action: string;
  /** The account or group. */
  subject: string;
  caller: Caller;
  details?: AuditEntry['details'];
}

/** Audits and makes a change of accounts or groups, and tells every gateway to check callers again. @throws what \`make\` throws */
export async function changeAccess<T>(
  { audit, news }: { audit: AuditTrail; news: Pick<AccessNews, 'announce'> },
  { action, subject, caller, details = {} }: AccessChange,
  make: () => Promise<T>,
): Promise<T> {
  const { user, address } = caller;
  const made = await audit.recordChange({ actor: user.email, action, subject, address, details }, make);
  news.announce();
  return made;
}
