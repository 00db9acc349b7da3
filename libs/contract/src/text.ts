import { z } from 'zod';
import { MAX_GROUP_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.js';

/**
 * True when the text can be stored by Postgres and be an environment value, unchanged: no NUL, no half of a
 * surrogate pair (JSON can carry both).
 */
export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}

export const NOT_STORABLE = 'must not contain NUL or an unpaired surrogate';

/** Free text. */
export const storableText = z
  .string()
  .max(MAX_TEXT_LENGTH, `must be at most ${MAX_TEXT_LENGTH} characters`)
  .refine(isStorable, NOT_STORABLE);

/** Free text that v2 clients may leave out or send as null: both are the empty string. */
export const optionalText = storableText
  .nullish()
  .transform((text) => text ?? '')
  // Says what comes out of it: a transform alone has no JSON schema.
  .pipe(z.string());

/** A list that v2 clients (Go: a nil slice) may leave out or send as null: both are empty. */
export function optionalList<Item extends z.ZodType>(item: Item, max: number) {
  return z
    .array(item)
    .max(max, `must have at most ${max} entries`)
    .nullish()
    .transform((list) => list ?? [])
    .pipe(onceMore(z.array(item)));
}

/**
 * A schema that takes its own output as input, to be applied to that: what stands behind a transform says in JSON
 * schema what comes out of it.
 */
export function onceMore<Schema extends z.ZodType>(schema: Schema) {
  return schema as unknown as z.ZodType<z.output<Schema>, z.output<Schema>>;
}

export const MAX_EMAIL_LENGTH = 320;

/** An e-mail address by its form: one `@`, no white space, comma or other character that means something in a header. */
export const email = z
  .string()
  .max(MAX_EMAIL_LENGTH, `an e-mail address has at most ${MAX_EMAIL_LENGTH} characters`)
  .regex(/^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u, 'must be an e-mail address')
  .refine(isStorable, NOT_STORABLE);

/** The name of a group: any line of text. */
export const groupName = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_GROUP_NAME_LENGTH, `must be at most ${MAX_GROUP_NAME_LENGTH} characters`)
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
  .refine((name) => name.trim() === name, 'must not begin or end with white space')
  .refine(isStorable, NOT_STORABLE);
