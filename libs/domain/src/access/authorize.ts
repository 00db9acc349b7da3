import type { User } from './user.js';

/** Contract.md, "Authorized": active, and in all of the proc's groups. No groups: any active user. */
export function canExecute(user: User, authorizedGroups: readonly string[]): boolean {
  return user.active && authorizedGroups.every((group) => user.groups.includes(group));
}

/** Active, and in all of `adminGroups`. With none configured nobody is an admin, rather than everybody. */
export function isAdmin(user: User, adminGroups: readonly string[]): boolean {
  return adminGroups.length > 0 && canExecute(user, adminGroups);
}

/**
 * Status and log of an execution: its owner, whoever may execute its proc, and admins; never an inactive user.
 * `procGroups` is null when the proc is gone: then only the owner and admins are left.
 */
export function canSeeExecution(
  user: User,
  execution: { userEmail: string },
  procGroups: readonly string[] | null,
  adminGroups: readonly string[],
): boolean {
  if (!user.active) return false;
  const isOwner = user.email !== '' && user.email === execution.userEmail;
  return isOwner || (procGroups !== null && canExecute(user, procGroups)) || isAdmin(user, adminGroups);
}
