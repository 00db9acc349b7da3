import type { Session } from '../connection/database.js';

/** Makes what is missing of these groups, and the account a member of each. May be repeated. */
export async function joinGroups(session: Session, email: string, groups: readonly string[]): Promise<void> {
  // In order, so that two sessions that make the same groups do not wait for each other.
  const names = [...new Set(groups)].sort();
  await session.group.createMany({ data: names.map((name) => ({ name })), skipDuplicates: true });
  await session.membership.createMany({
    data: names.map((groupName) => ({ email, groupName })),
    skipDuplicates: true,
  });
}

/** Of an account: what it is (or is about to be) as far as being an admin goes. */
export interface Standing {
  isActive: boolean;
  isService: boolean;
  groups: readonly string[];
}

/**
 * Lets one session at a time change who is an admin, until its transaction ends. Take it before anything else: all
 * that can take an admin away has to look at the others first.
 */
export async function lockAdmins(session: Session): Promise<void> {
  await session.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('proctor.admins'))`;
}

/**
 * True if this account is the last person who is an admin (active, no service account, in all admin groups) and would
 * no longer be one. Exact only under `lockAdmins`. @param after null: it is about to be removed
 */
export async function wouldEndAdmins(
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
