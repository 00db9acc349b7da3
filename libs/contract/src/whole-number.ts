import * as z from 'zod';

/** The largest `integer` of Postgres. */
export const MAX_INTEGER = 2 ** 31 - 1;

/** A count or a number in a path or query. */
export function whole(name: string, max: number) {
  const rule = `${name} must be a whole number from 1 to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error: rule, abort: true })
    .refine((text) => Number(text) >= 1 && Number(text) <= max, rule)
    .transform(Number);
}
