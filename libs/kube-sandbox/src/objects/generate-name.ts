/** Kubernetes' alphabet for generated names: no vowels, no look-alikes. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `prefix`, truncated to fit into 63 characters, plus five random characters. */
export function generateName(prefix: string): string {
  const letter = () => ALPHABET[Math.floor(Math.random() * ALPHABET.length)];
  const suffix = Array.from({ length: 5 }, letter).join('');
  return `${prefix.slice(0, 58)}${suffix}`;
}
