import type { User } from './user.js';

/** Contract.md, "Authorized": active, and in all of the proc's groups. No groups: any active user. */
export function canExecute(user: User, authorizedGroups: readonly string[]): boolean {
  return user.active && authorizedGroups.every((group) => user.groups.includes(group));
}

/** Active, and in all of `adminGroups`. With none configured nobody is an admin, rather than everybody. */
export function isAdmin(user: User, adminGroups: readonly string[]): boolean {
  return adminGroups.length > 0 && canExecute(user, adminGroups);
}
