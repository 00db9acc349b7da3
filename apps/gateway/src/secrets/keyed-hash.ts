import { createHmac, hkdfSync } from 'node:crypto';
import type { SecretKeys } from '@app/platform';

/**
 * Compares values by their hash without storing them. The hash is keyed, because a plain hash of a body with a short
 * secret could be guessed. Each purpose has its own key, derived from `PROCTOR_SECRET_KEY`; changing that key changes
 * every hash, hence the others.
 */
export class KeyedHash {
  private readonly keys: readonly Uint8Array[];

  constructor(secretKeys: SecretKeys, purpose: string) {
    this.keys = secretKeys.map(
      (key) => new Uint8Array(hkdfSync('sha256', key, '', `proctor ${purpose}`, 32)),
    );
  }

  /** Hashes JSON data. Ignores the order of keys. */
  of(value: unknown): KeyedHashes {
    const text = JSON.stringify(sortKeys(value));
    const [hash = '', ...others] = this.keys.map((key) =>
      createHmac('sha256', key).update(text).digest('hex'),
    );
    return { hash, others };
  }
}

/** The hashes of one value. */
export interface KeyedHashes {
  /** Under the key that seals: what is stored. */
  hash: string;
  /** Under the other keys that are accepted: what may be stored from before a rotation. */
  others: readonly string[];
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // As pairs, because no key is special in a list; marked, so that an object differs from the list of its pairs.
  return { object: entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]) };
}
