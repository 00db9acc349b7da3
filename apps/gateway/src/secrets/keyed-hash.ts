import { createHmac, hkdfSync } from 'node:crypto';

/**
 * Tells whether two values are the same without keeping them: a plain hash of a body with a short secret in it could
 * be guessed. Each purpose has a key of its own, derived from `PROCTOR_SECRET_KEY`; with another one nothing is the
 * same as before.
 */
export class KeyedHash {
  private readonly key: Uint8Array;

  constructor(secretKey: Uint8Array, purpose: string) {
    this.key = new Uint8Array(hkdfSync('sha256', secretKey, '', `proctor ${purpose}`, 32));
  }

  /** Of JSON data. The order of keys does not matter. */
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
  // As pairs: no name is special in a list. Marked, so that an object is not the same as the list of its pairs.
  return { object: entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]) };
}
