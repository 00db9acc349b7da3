/** What Proctor knows of a person who is not signed in at the moment. */
export interface Standing {
  /** The account in Postgres; null: none. */
  account: { isActive: boolean; groups: readonly string[] } | null;
  /** The last sign-in through an authentication plugin; null: none. */
  signIn: { isActive: boolean; groups: readonly string[]; seenAt: Date } | null;
}

export type StandingProblem = 'inactive' | 'unknown' | 'stale' | 'not_in_groups';

/**
 * Why a person may not run a proc, or null. Either the account or a recent answer of a plugin may allow it; a deactivated
 * account overrules the plugin. Pure.
 * @param procGroups all of them are required, unless the person is an admin
 * @param signInTrustMs how long the answer of a plugin stays valid
 */
export function findStandingProblem(
  { account, signIn }: Standing,
  procGroups: readonly string[],
  { adminGroups, signInTrustMs }: { adminGroups: readonly string[]; signInTrustMs: number },
  now: Date,
): StandingProblem | null {
  if (account !== null && !account.isActive) return 'inactive';
  const isFresh = signIn !== null && now.getTime() - signIn.seenAt.getTime() < signInTrustMs;
  const known = [account, isFresh ? signIn : null].filter((each) => each !== null);
  if (known.length === 0) return signIn === null ? 'unknown' : 'stale';
  const active = known.filter(({ isActive }) => isActive);
  if (active.length === 0) return 'inactive';
  const isAllowed = active.some(({ groups }) => {
    const isIn = (required: readonly string[]) => required.every((group) => groups.includes(group));
    return (adminGroups.length > 0 && isIn(adminGroups)) || isIn(procGroups);
  });
  return isAllowed ? null : 'not_in_groups';
}
