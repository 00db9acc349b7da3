import type { OwnerStanding } from '@app/database';
import { findStandingProblem } from '@app/domain';

export interface OwnerRules {
  /** Members of all these groups may run everything; empty: no one may. */
  adminGroups: readonly string[];
  /** How long the answer of an authentication plugin at a sign-in stays valid. */
  signInTrustHours: number;
}

const HOUR_MS = 3_600_000;

/**
 * Why an owner may not run a proc while they are not signed in, as a sentence, or null. Either the account in Postgres
 * or a recent answer of a plugin may allow it; a deactivated account overrules the plugin. Pure.
 */
export function describeOwnerProblem(
  owner: OwnerStanding,
  procGroups: readonly string[],
  { adminGroups, signInTrustHours }: OwnerRules,
  now: Date,
): string | null {
  const rules = { adminGroups, signInTrustMs: signInTrustHours * HOUR_MS };
  switch (findStandingProblem(owner, procGroups, rules, now)) {
    case null:
      return null;
    case 'inactive':
      return 'Its owner is no longer active.';
    case 'unknown':
      return 'Its owner is not known to Proctor.';
    case 'stale':
      return `Its owner has not signed in for ${signInTrustHours} hours, so their groups are unknown.`;
    case 'not_in_groups':
      return `Its owner is not in all groups that the proc requires (${procGroups.join(', ')}).`;
  }
}
