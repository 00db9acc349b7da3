import { procMetadata } from '@app/contract';
import type { ErrorDetail } from '@app/domain';
import { z } from 'zod';
import { nearestWord } from './nearest-word.js';

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
}

/** What a proc's file may have besides: a sample's values for `npm start`, and what `describe -o json` adds. */
const IGNORED = new Set(['sample_secrets', 'revision', 'created_at', 'updated_at']);

/** Of a proc at the top of a file; what is ignored is gone. Not an object: unchanged. */
export function withoutIgnored(proc: unknown): unknown {
  if (typeof proc !== 'object' || proc === null || Array.isArray(proc)) return proc;
  return Object.fromEntries(Object.entries(proc).filter(([name]) => !IGNORED.has(name)));
}

/**
 * Fields that a proc can't have, with the nearest name that it can. The gateway ignores them, as v2 did: a typo would
 * change nothing without a word.
 */
export function findUnknownFields(proc: unknown): ErrorDetail[] {
  const shape = z.toJSONSchema(procMetadata, { io: 'input', unrepresentable: 'any' }) as Shape;
  return unknownIn(proc, shape, '');
}

function unknownIn(value: unknown, shape: Shape, path: string): ErrorDetail[] {
  if (Array.isArray(value)) {
    const items = partOf(shape, 'items');
    return items ? value.flatMap((one, index) => unknownIn(one, items, `${path}${index}.`)) : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  // A map of the user's own names has none.
  const properties = partOf(shape, 'properties');
  if (!properties) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known) return unknownIn(inner, known, `${path}${name}.`);
    const nearest = nearestWord(name, Object.keys(properties));
    const advice =
      nearest === null ? `known are ${Object.keys(properties).join(', ')}` : `did you mean '${nearest}'?`;
    return [{ field: `${path}${name}`, message: `there is no such field; ${advice}` }];
  });
}

function partOf<Part extends 'items' | 'properties'>(shape: Shape, part: Part): Shape[Part] {
  return shape[part] ?? shape.anyOf?.map((one) => partOf(one, part)).find((found) => found !== undefined);
}
