import type { User } from '@app/domain';
import { isObject } from './http/parse-object.js';

const MAX_EMAIL_CHARACTERS = 320;
const MAX_NAME_CHARACTERS = 320;

/** Audit actors that are not people: the operator at the database, unauthenticated callers, and everyone while authentication is off. */
const OWN_NAMES: readonly string[] = ['operator', 'unknown', 'anonymous'];

export type ReadUser = { user: User } | { problem: string };

/**
 * Validates a user described by a plugin or server. Returns a new object of the right shape, or the problem as a clause
 * that quotes no value.
 */
export function readUser(value: unknown): ReadUser {
  if (!isObject(value)) return { problem: 'it is not an object' };
  const { email, name, active, groups } = value;
  if (!isEmail(email)) return { problem: '"email" is not an email address' };
  if (OWN_NAMES.includes(email.toLowerCase())) return { problem: '"email" is a name reserved by Proctor' };
  if (typeof name !== 'string') return { problem: '"name" is not a string' };
  if (typeof active !== 'boolean') return { problem: '"active" is not true or false' };
  if (!isListOfStrings(groups)) return { problem: '"groups" is not an array of strings' };
  return { user: { email, name: cleanName(name), active, groups: [...new Set(groups)] } };
}

/** Returns true for text that is safe as a person's email in records, headers and environment variables. */
export function isEmail(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= MAX_EMAIL_CHARACTERS &&
    value.isWellFormed() &&
    /^[^\s\u0000-\u001f\u007f-\u009f]+$/u.test(value)
  );
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Cleans a display name of characters that a terminal or database cannot handle. People choose their own names. */
function cleanName(name: string): string {
  const plain = name.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return plain.trim().slice(0, MAX_NAME_CHARACTERS).toWellFormed();
}
