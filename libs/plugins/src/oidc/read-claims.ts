import { isObject, type JsonObject } from '../http/parse-object.js';
import { readUser, type ReadUser } from '../read-user.js';

/** Reads the user from verified claims, or says why there is none. */
export function readClaims(claims: JsonObject, names: { emailClaim: string; groupsClaim: string }): ReadUser {
  const email = findClaim(claims, names.emailClaim);
  if (email === undefined || email === null || email === '') {
    return { problem: `it has no claim ${names.emailClaim}` };
  }
  // Some issuers send booleans as strings.
  if (claims['email_verified'] === false || claims['email_verified'] === 'false') {
    return { problem: 'its email address is not verified' };
  }
  const name = [claims['name'], claims['preferred_username'], email].find(isNonEmptyText) ?? '';
  return readUser({ email, name, active: true, groups: groupsIn(findClaim(claims, names.groupsClaim)) });
}

/** A name with dots is first looked up as a whole claim (claims may be named by URLs), then as a path. */
function findClaim(claims: JsonObject, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>((at, part) => (isObject(at) && Object.hasOwn(at, part) ? at[part] : undefined), claims);
}

function groupsIn(claim: unknown): readonly string[] {
  return [claim].flat().filter(isNonEmptyText);
}

function isNonEmptyText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
