import { createHmac, hkdfSync } from 'node:crypto';

/**
 * Compares values by their hash without storing them. The hash is keyed, because a plain hash of a body with a short
 * secret could be guessed. Each purpose has its own key, derived from `PROCTOR_SECRET_KEY`; changing that key changes
 * every hash.
 */
export class KeyedHash {
  private readonly key: Uint8Array;

  constructor(secretKey: Uint8Array, purpose: string) {
    this.key = new Uint8Array(hkdfSync('sha256', secretKey, '', `proctor ${purpose}`, 32));
  }

  /** Hashes JSON data. Ignores the order of keys. */
  of(value: unknown): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify(sortKeys(value)))
      .digest('hex');
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // As pairs, because no key is special in a list; marked, so that an object differs from the list of its pairs.
  return { object: entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]) };
}
