import type { NotificationOutboxStore, OutboxEvent } from '@app/database';
import { findStandingProblem, isMailAllowed, isSameEmail } from '@app/domain';

export interface RecipientRules {
  /** Null: any. */
  domains: readonly string[] | null;
  /** Null: authentication is off, and there is no access to check. */
  adminGroups: readonly string[] | null;
}

/**
 * Why an email must not go to this address any more, or null. Checked at each attempt: a recipient may have lost the account
 * or a group since the schedule was written. An address that Proctor does not know, such as a mailing list, is judged by its
 * domain only.
 */
export async function findRecipientProblem(
  recipient: string,
  { name, execution, schedule }: OutboxEvent,
  { domains, adminGroups }: RecipientRules,
  outbox: Pick<NotificationOutboxStore, 'readStanding'>,
): Promise<string | null> {
  if (!isMailAllowed(recipient, domains)) return 'the domain is not in PROCTOR_MAIL_ALLOWED_DOMAINS';
  if (adminGroups === null) return null;
  const owner = execution?.userEmail ?? schedule?.userEmail ?? '';
  const isOwner = isSameEmail(recipient, owner);
  // The owner is told why, also after losing the account. The email has no args and no log.
  if (isOwner && name === 'schedule_paused') return null;
  const { standing, procGroups } = await outbox.readStanding(
    recipient,
    execution?.procName ?? schedule?.procName ?? '',
  );
  // Executions stay visible to those who started them.
  const required = isOwner ? [] : procGroups;
  const rules = { adminGroups, signInTrustMs: Infinity };
  switch (findStandingProblem(standing, required ?? [], rules, new Date())) {
    case null:
    case 'unknown':
    case 'stale':
      return null;
    case 'inactive':
      return 'the account of the recipient is no longer active';
    case 'not_in_groups':
      return `the recipient is not in all groups that the proc requires (${(procGroups ?? []).join(', ')})`;
  }
}
