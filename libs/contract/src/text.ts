import { hasBidi } from '@app/domain';
import * as z from 'zod';
import { MAX_GROUP_NAME_LENGTH, MAX_TEXT_LENGTH } from './limits.js';

/**
 * Returns true if Postgres and an environment variable can hold the text unchanged: no NUL and no unpaired surrogate.
 * JSON can carry both.
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

/** Free text that v2 clients may omit or send as null. Both become the empty string. */
export const optionalText = storableText
  .nullish()
  .transform((text) => text ?? '')
  // The pipe states the output type: a transform alone has no JSON schema.
  .pipe(z.string());

/** A list that v2 clients may omit or send as null (a nil slice in Go). Both become the empty list. */
export function optionalList<Item extends z.ZodType>(item: Item, max: number) {
  return z
    .array(item)
    .max(max, `must have at most ${max} entries`)
    .nullish()
    .transform((list) => list ?? [])
    .pipe(asOutputSchema(z.array(item)));
}

/**
 * Makes a schema reusable behind its own transform, so that the JSON schema of the output can be generated.
 */
export function asOutputSchema<Schema extends z.ZodType>(schema: Schema) {
  return schema as unknown as z.ZodType<z.output<Schema>, z.output<Schema>>;
}

/** Part of the answer to a change. */
export const warnings = z
  .array(z.string())
  .optional()
  .describe('What will not work as asked, such as email that is off. Only in the answer to a change.');

export const MAX_EMAIL_LENGTH = 320;

/** A syntactically valid email address: one `@`, and no whitespace, comma or other character with a meaning in a mail header. */
export const email = z
  .string()
  .max(MAX_EMAIL_LENGTH, `must be at most ${MAX_EMAIL_LENGTH} characters`)
  .regex(/^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u, 'must be an email address')
  .refine(isStorable, NOT_STORABLE);

/** The name of a group: any single line of text. */
export const groupName = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_GROUP_NAME_LENGTH, `must be at most ${MAX_GROUP_NAME_LENGTH} characters`)
  .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters')
  .refine((name) => name.trim() === name, 'must not begin or end with white space')
  .refine(isStorable, NOT_STORABLE);

/** Whether a name reads as it is written: bidirectional controls show its characters in another order. */
export const isWrittenPlainly = (text: string): boolean => !hasBidi(text);
export const BIDI_REFUSED = 'must not contain bidirectional control characters';

/** Groups of earlier versions may have any name; new ones must read as they are written. */
export const newGroupName = groupName.refine(isWrittenPlainly, BIDI_REFUSED);
