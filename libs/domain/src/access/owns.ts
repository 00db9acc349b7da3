import { isSameEmail } from './same-email.js';
import type { User } from './user.js';

/** Who owns executions and schedules, and by what they are found in lists. */
export type Owner = Pick<User, 'email' | 'accountId'>;

/** An execution or a schedule, with what it stores about its owner. */
export interface Owned {
  userEmail: string;
  /** From the same clock as the ids of accounts. */
  id: number;
}

/**
 * Whether the object is the user's own: the only test of ownership. Lists select by the same rule in SQL (`visibleTo`).
 * A user without an email owns nothing, and an account nothing that is older than itself: it was of a removed account.
 */
export function owns({ email, accountId = 0 }: Owner, { userEmail, id }: Owned): boolean {
  return email !== '' && id > accountId && isSameEmail(email, userEmail);
}
