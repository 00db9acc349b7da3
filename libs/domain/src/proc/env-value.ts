/**
 * Linux carries 128 KiB in one environment string; Kubernetes keeps the whole Job in one object of at most 1.5 MB,
 * where `$` is written twice.
 */
export const MAX_ENV_VALUE_BYTES = 64 * 1024;
export const MAX_ENV_TOTAL_BYTES = 384 * 1024;

/** What keeps a value from reaching a container exactly as it is, as a sentence, or null. Never shows the value. */
export function describeEnvValueProblem(value: string): string | null {
  const bytes = countUtf8Bytes(value);
  if (bytes > MAX_ENV_VALUE_BYTES) {
    return `is too long: at most ${MAX_ENV_VALUE_BYTES} bytes are possible, got ${bytes}; shorten it, or pass where to find it`;
  }
  if (value.includes('\0'))
    return 'contains a NUL character, which no environment can carry; encode the value';
  // Half a surrogate pair has no UTF-8 form: the container would see another character.
  if (/\p{Surrogate}/u.test(value)) return 'contains half of a surrogate pair; send valid Unicode text';
  return null;
}

export function countUtf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
