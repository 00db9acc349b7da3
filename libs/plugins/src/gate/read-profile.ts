import { isObject, parseObject } from '../http/parse-object.js';
import { readUser, type ReadUser } from '../read-user.js';

/**
 * The user in Gate's answer `{email, name, active, groups: [{id, name}]}`. What is missing or null counts as empty, so
 * as inactive and in no group, as it did for v2. Pure.
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
