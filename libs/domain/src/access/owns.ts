import { isSameEmail } from './same-email.js';
import type { User } from './user.js';

/** Who owns executions and schedules, and by what they are found in lists. */
export type Owner = Pick<User, 'email'>;

/** An execution or a schedule, with what it stores about its owner. */
export interface Owned {
  userEmail: string;
  createdAt: Date;
}

/**
 * Whether the object is the user's own: the only test of ownership. Lists select by the same rule in SQL (`visibleTo`).
 * A user without an email owns nothing.
 */
export function owns({ email }: Owner, { userEmail }: Owned): boolean {
  return email !== '' && isSameEmail(email, userEmail);
}
