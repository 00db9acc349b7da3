import { countUtf8Bytes, mayBeLonger } from '@app/domain';
import * as z from 'zod';
import { textAsWritten } from './as-written.js';
import { countFirst } from './bounded.js';
import { MAX_ENV_COUNT, MAX_ENV_NAME_LENGTH, MAX_ENV_TOTAL_BYTES, MAX_ENV_VALUE_BYTES } from './limits.js';
import { NOT_STORABLE, isStorable } from './text.js';

export const ENV_NAME_RULE = `must be letters, digits and _, not starting with a digit, at most ${MAX_ENV_NAME_LENGTH} characters`;

/** The name of an arg or secret: it becomes an environment variable. `__proto__` is refused. */
export const envName = z
  .string()
  .regex(/^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/, ENV_NAME_RULE)
  .max(MAX_ENV_NAME_LENGTH, ENV_NAME_RULE);

const envValue = textAsWritten(
  z
    .string()
    .refine(isStorable, NOT_STORABLE)
    .refine(
      (value) => isWithin([value], MAX_ENV_VALUE_BYTES),
      `must be at most ${MAX_ENV_VALUE_BYTES} bytes`,
    ),
);

const envRecord = z
  .record(envName, envValue, {
    error: (issue) =>
      issue.code === 'invalid_key' ? `the name ${ENV_NAME_RULE}` : 'must be an object of strings',
  })
  .refine(
    (values) => isWithin(Object.values(values), MAX_ENV_TOTAL_BYTES),
    `must be at most ${MAX_ENV_TOTAL_BYTES} bytes in total`,
  )
  // No prototype, so that looking up `constructor` finds nothing.
  .overwrite((values) => Object.assign(Object.create(null) as Record<string, string>, values));

/**
 * Values of args or secrets keyed by name, within the limits. Null (a nil map in Go) and omitted both mean empty.
 * The result has no prototype.
 */
export const envValues = z.preprocess((input: Record<string, string> | null | undefined, context) => {
  // z.record silently drops this key.
  if (typeof input === 'object' && input !== null && Object.hasOwn(input, '__proto__')) {
    context.addIssue({ code: 'custom', message: `the name ${ENV_NAME_RULE}`, path: ['__proto__'] });
  }
  return input ?? {};
}, countFirst(envRecord, MAX_ENV_COUNT).optional().default({}));

function isWithin(values: readonly string[], maxBytes: number): boolean {
  return (
    !mayBeLonger(values, maxBytes) ||
    values.reduce((sum, value) => sum + countUtf8Bytes(value), 0) <= maxBytes
  );
}
