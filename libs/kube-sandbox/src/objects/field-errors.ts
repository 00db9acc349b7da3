import type { FieldError } from './api-error.js';

/** These functions build `FieldError`s in Kubernetes' own words. */
export function required(field: string, detail = ''): FieldError {
  return {
    field,
    reason: 'FieldValueRequired',
    message: detail ? `Required value: ${detail}` : 'Required value',
  };
}

export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  };
}

export function unsupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { field, reason: 'FieldValueNotSupported', message };
}

export function forbidden(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${detail}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return {
    field,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${JSON.stringify(value)}`,
  };
}

export function tooLong(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueTooLong', message: `Too long: ${detail}` };
}

/** Returns a `FieldError` for each value that `problemOf` rejects. */
export function checkEach(
  values: Iterable<[field: string, value: string]>,
  problemOf: (value: string) => string | null,
): FieldError[] {
  return [...values].flatMap(([field, value]) => {
    const problem = problemOf(value);
    return problem === null ? [] : [invalidValue(field, value, problem)];
  });
}
