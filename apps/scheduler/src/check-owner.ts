import type { OwnerStanding } from '@app/database';

export interface OwnerRules {
  /** Who is in all of them may execute everything; none: nobody. */
  adminGroups: readonly string[];
  /** How long it counts what an authentication plugin said of somebody at a sign-in. */
  signInTrustHours: number;
}

const NOT_ACTIVE = 'Its owner is not active any more.';
const HOUR_MS = 3_600_000;

/**
 * Why somebody may not have a proc executed while they are away, as a sentence, or null. An account in Postgres may allow
 * it, and so may what a plugin has said not too long ago; one that was switched off stands for the plugin too. Pure.
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
      ? 'Its owner is not known here any more.'
      : `Its owner has not signed in for ${signInTrustHours} hours, and nothing newer is known of their groups.`;
  }
  const active = known.filter(({ isActive }) => isActive);
  if (active.length === 0) return NOT_ACTIVE;
  const isAllowed = active.some(({ groups }) => {
    const isIn = (required: readonly string[]) => required.every((group) => groups.includes(group));
    return (adminGroups.length > 0 && isIn(adminGroups)) || isIn(procGroups);
  });
  return isAllowed
    ? null
    : `Its owner is not in all groups that may execute the proc (${procGroups.join(', ')}).`;
}
