import type { OwnerStanding } from '@app/database';

export interface OwnerRules {
  /** Members of all these groups may run everything; empty: no one may. */
  adminGroups: readonly string[];
  /** How long the answer of an authentication plugin at a sign-in stays valid. */
  signInTrustHours: number;
}

const NOT_ACTIVE = 'Its owner is no longer active.';
const HOUR_MS = 3_600_000;

/**
 * Why an owner may not run a proc while they are not signed in, as a sentence, or null. Either the account in Postgres
 * or a recent answer of a plugin may allow it; a deactivated account overrules the plugin. Pure.
 */
export function describeOwnerProblem(
  { account, signIn }: OwnerStanding,
  procGroups: readonly string[],
  { adminGroups, signInTrustHours }: OwnerRules,
  now: Date,
): string | null {
  if (account !== null && !account.isActive) return NOT_ACTIVE;
  const isFresh = signIn !== null && now.getTime() - signIn.seenAt.getTime() < signInTrustHours * HOUR_MS;
  const known = [account, isFresh ? signIn : null].filter((each) => each !== null);
  if (known.length === 0) {
    return signIn === null
      ? 'Its owner is not known to Proctor.'
      : `Its owner has not signed in for ${signInTrustHours} hours, so their groups are unknown.`;
  }
  const active = known.filter(({ isActive }) => isActive);
  if (active.length === 0) return NOT_ACTIVE;
  const isAllowed = active.some(({ groups }) => {
    const isIn = (required: readonly string[]) => required.every((group) => groups.includes(group));
    return (adminGroups.length > 0 && isIn(adminGroups)) || isIn(procGroups);
  });
  return isAllowed
    ? null
    : `Its owner is not in all groups that the proc requires (${procGroups.join(', ')}).`;
}
