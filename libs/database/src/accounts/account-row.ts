import type { Session } from '../connection/database.js';
import type { Account as AccountRow, Membership } from '../generated/client.js';
import { joinGroups } from './membership.js';

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

export async function readAccount(session: Session, email: string): Promise<Account | null> {
  const row = await session.account.findUnique({ where: { email }, include: ACCOUNT_WITH_GROUPS });
  return row && toAccount(row);
}

/** False: the email is taken, possibly in another case. */
export async function insertAccount(
  session: Session,
  { email, name, isService, groups }: Pick<Account, 'email' | 'name' | 'isService' | 'groups'>,
): Promise<boolean> {
  // Older accounts may differ only in case, so no unique index can decide.
  await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.account'), hashtext(lower(${email})))`;
  const inserted = await session.$executeRaw`
    INSERT INTO account (email, name, is_service) SELECT ${email}, ${name}, ${isService}
    WHERE NOT EXISTS (SELECT 1 FROM account WHERE lower(email) = lower(${email}))`;
  if (inserted === 0) return false;
  await joinGroups(session, email, groups);
  return true;
}
