import { badRequest } from './api-error.js';

/** A JSON object from a client, not validated yet. */
export type Draft = Record<string, unknown>;

export function isRecord(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the object at a path, or `{}` if there is none. Throws 400 for any other value. */
export function recordAt(draft: Draft, ...path: string[]): Draft {
  let value: unknown = draft;
  for (const step of path) value = isRecord(value) ? value[step] : undefined;
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw undecodable(path, 'an object', value);
  return value;
}

export function listAt(draft: Draft, name: string): Draft[] {
  const value = draft[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isRecord)) throw undecodable([name], 'a list of objects', value);
  return value;
}

/** Returns a map of strings, such as labels or annotations. */
export function stringsAt(draft: Draft, name: string): Record<string, string> {
  const entries = Object.entries(recordAt(draft, name));
  for (const [key, value] of entries)
    if (typeof value !== 'string') throw undecodable([name, key], 'a string', value);
  return Object.fromEntries(entries) as Record<string, string>;
}

export function stringAt(draft: Draft, name: string): string | undefined {
  const value = draft[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw undecodable([name], 'a string', value);
  return value;
}

export function numberAt(draft: Draft, name: string): number | undefined {
  const value = draft[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw undecodable([name], 'an integer', value);
  return value;
}

export function booleanAt(draft: Draft, name: string): boolean | undefined {
  const value = draft[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw undecodable([name], 'a boolean', value);
  return value;
}

function undecodable(path: string[], expected: string, got: unknown): Error {
  return badRequest(
    `the object provided is unrecognized: ${path.join('.')} must be ${expected}, not ${JSON.stringify(got)}`,
  );
}
