/**
 * Linux carries 128 KiB in one environment string; Kubernetes keeps the whole Job in one object of at most 1.5 MB,
 * where `$` is written twice.
 */
export const MAX_ENV_VALUE_BYTES = 64 * 1024;
export const MAX_ENV_TOTAL_BYTES = 384 * 1024;

/** What keeps a value from reaching a container exactly as it is, as a sentence, or null. Never shows the value. */
export function describeEnvValueProblem(value: string): string | null {
  if (mayBeLonger([value], MAX_ENV_VALUE_BYTES)) {
    const bytes = countUtf8Bytes(value);
    if (bytes > MAX_ENV_VALUE_BYTES) {
      return `is too long: at most ${MAX_ENV_VALUE_BYTES} bytes are possible, got ${bytes}; shorten it, or pass where to find it`;
    }
  }
  return describeTextProblem(value);
}

/** What keeps a text from being stored and passed on exactly as it is, as a sentence, or null. Never shows it. */
export function describeTextProblem(text: string): string | null {
  if (text.includes('\0'))
    return 'contains a NUL character, which neither an environment nor the database can carry; encode it';
  // Half a surrogate pair has no UTF-8 form: the container would see another character.
  if (/\p{Surrogate}/u.test(text)) return 'contains half of a surrogate pair; send valid Unicode text';
  return null;
}

/** False: together they have at most that many bytes in UTF-8, which takes up to three for a character of JavaScript. */
export function mayBeLonger(texts: readonly string[], bytes: number): boolean {
  return texts.reduce((sum, { length }) => sum + length, 0) * 3 > bytes;
}

export function countUtf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

const SHOWN_CHARACTERS = 60;

/** A text for a message: quoted, its control characters escaped, at most 60 characters of it. */
export function quoteForMessage(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
