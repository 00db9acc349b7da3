import { canExecute, type User } from '@app/domain';
import type { DeviceFlow } from './device-flow.js';

/** A user, and when the plugin stops accepting the token, if it knows. */
export type PluginUser = User & { acceptedUntil?: Date };

/**
 * The port through which Proctor identifies callers. Implemented by the shipped plugins and by the operator's own
 * (`loadAuthPlugin`). Every method may be repeated and called concurrently. Callers may cache results for seconds.
 */
export abstract class AuthPlugin {
  /**
   * Identifies the user with this email and token.
   * @param email null for a bearer token sent without an email: the owner of the token is the user
   * @returns null if the email or token is unknown, they do not match, or the token is no longer valid
   * @throws AppError `unavailable` if the backend is unreachable or its response is invalid; never contains the token
   */
  abstract auth(email: string | null, token: string): Promise<PluginUser | null>;

  /** Returns true if the user may do something that requires all of these groups. By default: active and a member of each. */
  async verify(user: User, requiredGroups: readonly string[]): Promise<boolean> {
    return canExecute(user, requiredGroups);
  }

  /** The JWTs of people that it takes: from this issuer, for one of these audiences. Undefined if only the plugin knows. */
  readonly accepts?: { issuer: string; audiences: readonly string[] };

  /** Sign-in for people at a terminal. Undefined if the plugin does not offer it. */
  readonly deviceFlow?: DeviceFlow;
}
