import { z } from 'zod';
import { MAX_TEXT_LENGTH } from './limits.js';

/**
 * True when the text can be stored by Postgres and be an environment value, unchanged: no NUL, no half of a
 * surrogate pair (JSON can carry both).
 */
export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}

export const NOT_STORABLE = 'must not contain NUL or an unpaired surrogate';

/** Free text that v2 clients may leave out or send as null: both are the empty string. */
export const optionalText = z
  .string()
  .max(MAX_TEXT_LENGTH, `must be at most ${MAX_TEXT_LENGTH} characters`)
  .refine(isStorable, NOT_STORABLE)
  .nullish()
  .transform((text) => text ?? '');

/** A list that v2 clients (Go: a nil slice) may leave out or send as null: both are empty. */
export function optionalList<Item extends z.ZodType>(item: Item, max: number) {
  return z
    .array(item)
    .max(max, `must have at most ${max} entries`)
    .nullish()
    .transform((list) => list ?? []);
}
