import type { User } from './user.js';

/** Returns true if the user is active and a member of every group of the proc. A proc without groups admits any active user, as in v2. */
export function canExecute(user: User, authorizedGroups: readonly string[]): boolean {
  return user.active && authorizedGroups.every((group) => user.groups.includes(group));
}

/** Returns true if the user is active and a member of all `adminGroups`. With no admin groups configured, no user is an admin. */
export function isAdmin(user: User, adminGroups: readonly string[]): boolean {
  return adminGroups.length > 0 && canExecute(user, adminGroups);
}
