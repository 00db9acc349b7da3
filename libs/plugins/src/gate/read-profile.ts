import { isObject, parseObject } from '../http/parse-object.js';
import { readUser, type ReadUser } from '../read-user.js';

/**
 * Reads the user from Gate's response `{email, name, active, groups: [{id, name}]}`. Missing and null fields count as empty,
 * i.e. inactive and without groups, as in v2.
 */
export function readProfile(body: string): ReadUser {
  const profile = parseObject(body);
  if (!profile) return { problem: 'it is not a JSON object' };
  const groups: unknown = profile['groups'] ?? [];
  return readUser({
    email: profile['email'],
    name: profile['name'] ?? '',
    active: profile['active'] ?? false,
    groups: Array.isArray(groups) ? groups.map(nameOf) : groups,
  });
}

function nameOf(group: unknown): unknown {
  return isObject(group) ? group['name'] : group;
}
