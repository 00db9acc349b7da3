/**
 * Linux limits one environment string to 128 KiB. Kubernetes stores the whole Job in one object of at most 1.5 MB, where
 * each `$` takes two bytes.
 */
export const MAX_ENV_VALUE_BYTES = 64 * 1024;
export const MAX_ENV_TOTAL_BYTES = 384 * 1024;

/** Explains why a value cannot reach a container unchanged, or returns null. Never shows the value. */
export function describeEnvValueProblem(value: string): string | null {
  if (mayBeLonger([value], MAX_ENV_VALUE_BYTES)) {
    const bytes = countUtf8Bytes(value);
    if (bytes > MAX_ENV_VALUE_BYTES) {
      return `is too long: the limit is ${MAX_ENV_VALUE_BYTES} bytes, got ${bytes}; shorten it, or pass a reference to it`;
    }
  }
  return describeTextProblem(value);
}

/** Explains why a text cannot be stored and passed on unchanged, or returns null. Never shows the text. */
export function describeTextProblem(text: string): string | null {
  if (text.includes('\0'))
    return 'contains a NUL character, which neither the environment nor the database can hold; encode it';
  // An unpaired surrogate has no UTF-8 form: the container would see a different character.
  if (/\p{Surrogate}/u.test(text)) return 'contains an unpaired surrogate; send valid Unicode text';
  return null;
}

/** A cheap upper bound: UTF-8 takes at most three bytes per JavaScript character. False means the limit is surely kept. */
export function mayBeLonger(texts: readonly string[], bytes: number): boolean {
  return texts.reduce((sum, { length }) => sum + length, 0) * 3 > bytes;
}

export function countUtf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

const SHOWN_CHARACTERS = 60;

/** Quotes a text for a message: control characters escaped, cut to 60 characters. */
export function quoteForMessage(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
