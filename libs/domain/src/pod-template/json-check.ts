import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from '../proc/env-value.js';
import { isJsonObject, type JsonObject } from './pod-template.js';

/** Lists the problems of a value. `path`: where it is, such as `spec.volumes.0`. */
export type Check = (value: unknown, path: string) => ErrorDetail[];

const SET_BY_PROCTOR = 'is set by Proctor and cannot be part of a pod template; remove it';
const MAX_ITEMS = 100;

/** Accepts any value, for settings that grant nothing: Kubernetes checks them. */
export const anything: Check = () => [];

/** Refuses a value that only Proctor sets. */
export const ours: Check = (_, path) => problem(path, SET_BY_PROCTOR);

export const text: Check = (value, path) =>
  typeof value === 'string' ? [] : problem(path, `expected a string, got ${show(value)}`);

export const flag: Check = (value, path) =>
  typeof value === 'boolean' ? [] : problem(path, `expected true or false, got ${show(value)}`);

/** Accepts only these values. */
export function oneOf(...values: readonly unknown[]): Check {
  return (value, path) =>
    values.includes(value) ? [] : problem(path, `expected ${values.join(' or ')}, got ${show(value)}`);
}

/** An object with these fields alone: what is not known could grant anything. */
export function object(fields: Readonly<Record<string, Check>>, ...required: readonly string[]): Check {
  return (value, path) => {
    if (!isJsonObject(value)) return problem(path, `expected an object, got ${show(value)}`);
    const missing = required.filter((name) => value[name] === undefined || value[name] === null);
    return [
      ...missing.flatMap((name) => problem(`${path}.${name}`, 'is required')),
      ...Object.entries(value).flatMap(([name, inner]) => {
        const place = `${path}.${name.slice(0, 100)}`;
        if (!Object.hasOwn(fields, name)) return problem(place, describeUnknown(fields));
        return inner === null || inner === undefined ? [] : (fields[name]?.(inner, place) ?? []);
      }),
    ];
  };
}

export function list(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return problem(path, `expected a list, got ${show(value)}`);
    if (value.length > MAX_ITEMS)
      return problem(path, `at most ${MAX_ITEMS} entries are allowed; remove some`);
    return (value as unknown[]).flatMap((each, index) => item(each, `${path}.${index}`));
  };
}

/** A check of an object that the first check has accepted. */
export function followedBy(first: Check, next: (value: JsonObject, path: string) => ErrorDetail[]): Check {
  return (value, path) => {
    const problems = first(value, path);
    return problems.length > 0 || !isJsonObject(value) ? problems : next(value, path);
  };
}

export function problem(field: string, message: string): ErrorDetail[] {
  return [{ field, message }];
}

function describeUnknown(fields: Readonly<Record<string, Check>>): string {
  const known = Object.keys(fields).filter((name) => fields[name] !== ours);
  return `is not supported in a pod template (supported here: ${known.join(', ')}); remove it`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return isJsonObject(value) ? 'an object' : quoteForMessage(String(value));
}
