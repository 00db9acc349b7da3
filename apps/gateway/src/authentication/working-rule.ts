import type { WorkloadRecord } from '@app/database';
import type { AuthPlugin } from '@app/plugins';

/** The issuer and audiences that people sign in with; undefined: the plugin takes no JWTs, or does not say which. */
export type People = AuthPlugin['accepts'];

/** Whether tokens of this issuer for this audience are people's, and so never a workload's. */
export function isOfPeople(people: People, issuer: string, audience: string): boolean {
  return people?.issuer === issuer && people.audiences.includes(audience);
}

/** Whether a rule admits tokens, provided that its account is not disabled. */
export function isWorking(
  { isParentGood, account, issuer, audience }: WorkloadRecord,
  people: People,
): boolean {
  return isParentGood && account.isService && !isOfPeople(people, issuer, audience);
}
