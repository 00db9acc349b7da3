import * as z from 'zod';
import { orMissing } from './issue-messages.js';
import { Written } from './written.js';

const anyScalar = z.union(
  [z.string(), z.number(), z.boolean()],
  orMissing('must be a string, a number or a boolean'),
);

/**
 * Takes a text, or a number or boolean as it is written: such values reach a container or Kubernetes as text. Cast
 * because `z.preprocess` forgets what it takes.
 */
export function textAsWritten(text: z.ZodString, scalar: z.ZodType<string | number | boolean> = anyScalar) {
  return z.preprocess(
    (value) => (value instanceof Written ? value.text : value),
    scalar.transform(String).pipe(text),
  ) as unknown as z.ZodType<string, string | number | boolean>;
}

/** A number that keeps the text in which it is written. */
export const numberAsWritten = z.custom<number | Written>(
  (value) => Number.isFinite(value) || (value instanceof Written && value.jsonNumber !== null),
  'must be a number',
);
// zod has no schema for it: documents describe a number.
numberAsWritten._zod.toJSONSchema = () => ({ type: 'number' });
