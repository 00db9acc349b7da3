import { randomBytes } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, no look-alikes. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `prefix`, truncated to fit into 63 characters, plus five random characters. */
export function generateName(prefix: string): string {
  const suffix = [...randomBytes(5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${prefix.slice(0, 58)}${suffix}`;
}
