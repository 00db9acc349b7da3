import { randomBytes } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels and nothing that looks alike. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `prefix` (cut so that the whole is at most 63 characters) and five random characters. */
export function generateName(prefix: string): string {
  const suffix = [...randomBytes(5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${prefix.slice(0, 58)}${suffix}`;
}
