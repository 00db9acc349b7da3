import { procMetadata } from '@app/contract';
import { nearestWord, type ErrorDetail } from '@app/domain';
import * as z from 'zod';
import { isAnchorHolder } from '../args/anchor-holder.js';

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
}

/** Other fields that a proc file may have: sample secrets for `npm start`, and what `describe -o json` adds. */
const IGNORED = new Set(['sample_secrets', 'revision', 'created_at', 'updated_at']);

/** The proc without the ignored fields and what only holds YAML anchors. Anything but an object is returned as it is. */
export function withoutIgnored(proc: unknown): unknown {
  if (typeof proc !== 'object' || proc === null || Array.isArray(proc)) return proc;
  return Object.fromEntries(
    Object.entries(proc).filter(([name]) => !IGNORED.has(name) && !isAnchorHolder(name)),
  );
}

/**
 * Unknown fields, each with the most similar known name. The gateway ignores unknown fields, as v2 did, so that a typo
 * would have no effect and raise no error.
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
  // A map with arbitrary names, such as node_selector.
  const properties = partOf(shape, 'properties');
  if (!properties) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known) return unknownIn(inner, known, `${path}${name}.`);
    const nearest = nearestWord(name, Object.keys(properties));
    const advice =
      nearest === null
        ? `expected one of ${Object.keys(properties).join(', ')}`
        : `did you mean '${nearest}'?`;
    return [{ field: `${path}${name}`, message: `unknown field; ${advice}` }];
  });
}

function partOf<Part extends 'items' | 'properties'>(shape: Shape, part: Part): Shape[Part] {
  return shape[part] ?? shape.anyOf?.map((one) => partOf(one, part)).find((found) => found !== undefined);
}
