import type { Session } from '../connection/database.js';

/** Creates missing groups and adds the account to each. May be repeated. */
export async function joinGroups(session: Session, email: string, groups: readonly string[]): Promise<void> {
  // Sorted, so that two sessions that create the same groups do not deadlock.
  const names = [...new Set(groups)].sort();
  await session.group.createMany({ data: names.map((name) => ({ name })), skipDuplicates: true });
  await session.membership.createMany({
    data: names.map((groupName) => ({ email, groupName })),
    skipDuplicates: true,
  });
}

/** What decides whether an account is an admin, now or after a change. */
export interface Standing {
  isActive: boolean;
  isService: boolean;
  groups: readonly string[];
}

/**
 * Serializes changes of who is an admin until the end of the transaction. Take this lock first: every change that could
 * remove an admin must count the others.
 */
export async function lockAdmins(session: Session): Promise<void> {
  await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.admins'))`;
}

/**
 * True if this account is the last admin who is a person (active, no service account, in all admin groups) and would no
 * longer be one. Exact only under `lockAdmins`. @param after null: the account is to be removed
 */
export async function wouldRemoveLastAdmin(
  session: Session,
  email: string,
  adminGroups: readonly string[],
  { before, after }: { before: Standing; after: Standing | null },
): Promise<boolean> {
  if (!isPersonalAdmin(before, adminGroups)) return false;
  if (after !== null && isPersonalAdmin(after, adminGroups)) return false;
  const names = [...new Set(adminGroups)];
  const others = await session.$queryRaw<unknown[]>`
    SELECT 1 FROM account a
    WHERE a.active AND NOT a.is_service AND a.email <> ${email} AND (
      SELECT count(*) FROM account_membership m WHERE m.email = a.email AND m.group_name = ANY(${names}::text[])
    ) = ${names.length}::int
    LIMIT 1`;
  return others.length === 0;
}

function isPersonalAdmin({ isActive, isService, groups }: Standing, adminGroups: readonly string[]): boolean {
  const isAdmin = adminGroups.length > 0 && adminGroups.every((group) => groups.includes(group));
  return isActive && !isService && isAdmin;
}
