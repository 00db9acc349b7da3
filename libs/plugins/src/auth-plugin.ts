import { canExecute, type User } from '@app/domain';
import type { DeviceFlow } from './device-flow.js';

/**
 * The port through which Proctor learns who is asking. Implementations: the shipped ones and the operator's own
 * (`loadAuthPlugin`). Every method may be repeated and may run many times at once; answers may be kept by the caller
 * for seconds.
 */
export abstract class AuthPlugin {
  /**
   * The user with this e-mail and this token.
   * @param email null: a bearer token without an e-mail, so whoever the token belongs to
   * @returns null if the two are not known, do not belong together, or no longer hold
   * @throws AppError `unavailable` if what it asks can't be reached or gives no sense; it never holds the token
   */
  abstract auth(email: string | null, token: string): Promise<User | null>;

  /** May this user do what needs all of these groups? Unless overridden: active, and a member of each. */
  async verify(user: User, requiredGroups: readonly string[]): Promise<boolean> {
    return canExecute(user, requiredGroups);
  }

  /** Sign-in for people at a terminal; not there if the plugin has none. */
  readonly deviceFlow?: DeviceFlow;
}
