import type { Session } from '../connection/database.js';
import type { Account as AccountRow, Membership } from '../generated/client.js';
import { knownSpelling, rememberSpelling } from './email-spelling.js';
import { joinGroups } from './membership.js';
import { preferenceKey } from '../notifications/notification-preferences.store.js';

/** An account of a person or of a program (service account). */
export interface Account {
  email: string;
  name: string;
  isActive: boolean;
  isService: boolean;
  /** Sorted. */
  groups: readonly string[];
  createdAt: Date;
}

/** The relations that `toAccount` needs. */
export const ACCOUNT_WITH_GROUPS = { memberships: { orderBy: { groupName: 'asc' } } } as const;

export function toAccount(row: AccountRow & { memberships: Pick<Membership, 'groupName'>[] }): Account {
  return {
    email: row.email,
    name: row.name,
    isActive: row.active,
    isService: row.isService,
    groups: row.memberships.map(({ groupName }) => groupName),
    createdAt: row.createdAt,
  };
}

/** @param email in any case */
export async function readAccount(session: Session, email: string): Promise<Account | null> {
  const known = await knownSpelling(session, email);
  if (known === null) return null;
  const row = await session.account.findUnique({ where: { email: known }, include: ACCOUNT_WITH_GROUPS });
  return row && toAccount(row);
}

/** Removes what an email keeps without an account. Executions, schedules and the audit trail stay. */
export async function forgetOwner(session: Session, email: string): Promise<void> {
  await session.$executeRaw`DELETE FROM idempotency_key WHERE identity = ${email}`;
  await session.$executeRaw`DELETE FROM notification_preference WHERE email = ${preferenceKey(email)}`;
}

/** @returns the email as it was first given; null: the account exists, possibly in another case */
export async function insertAccount(
  session: Session,
  { email, name, isService, groups }: Pick<Account, 'email' | 'name' | 'isService' | 'groups'>,
): Promise<string | null> {
  const known = await rememberSpelling(session, email);
  // Later than all that bears its email, even if the clock of Postgres was set back: it was another account's.
  const inserted = await session.$executeRaw`
    INSERT INTO account (id, email, name, is_service)
    SELECT greatest(new_execution_id(),
        (SELECT max(id) + 1 FROM execution WHERE user_email = ${known}),
        (SELECT max(id) + 1 FROM schedule WHERE user_email = ${known})),
      ${known}, ${name}, ${isService}
    ON CONFLICT DO NOTHING`;
  if (inserted === 0) return null;
  await forgetOwner(session, known);
  await joinGroups(session, known, groups);
  return known;
}
