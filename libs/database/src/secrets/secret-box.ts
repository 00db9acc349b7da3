import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The place that a ciphertext is bound to: it cannot be decrypted anywhere else. */
export interface SecretPlace {
  procName: string;
  name: string;
}

export interface SealedSecret {
  ciphertext: Uint8Array<ArrayBuffer>;
  /** Identifies the key that sealed it, for rotation. */
  keyId: string;
}

/** AES-256-GCM with a random nonce; layout nonce, tag, ciphertext. */
export class SecretBox {
  /** The key that seals. */
  readonly keyId: string;
  /** The keys that open what they sealed, the one that seals first. */
  readonly keyIds: readonly string[];
  private readonly keys: ReadonlyMap<string, Uint8Array>;

  /** @param key 32 bytes: seals and opens @param also only open */
  constructor(
    private readonly key: Uint8Array,
    ...also: readonly Uint8Array[]
  ) {
    this.keyId = idOfKey(key);
    this.keys = new Map([key, ...also].map((one) => [idOfKey(one), one]));
    this.keyIds = [...this.keys.keys()];
  }

  seal(value: string, place: SecretPlace): SealedSecret {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(associatedData(place));
    const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return {
      ciphertext: Uint8Array.from(Buffer.concat([nonce, cipher.getAuthTag(), body])),
      keyId: this.keyId,
    };
  }

  /** @throws Error if it was sealed with another key or for another place, or was tampered with */
  open({ ciphertext, keyId }: SealedSecret, place: SecretPlace): string {
    const key = this.keys.get(keyId);
    if (!key) {
      throw new Error(
        `secret ${place.name} of ${place.procName} was encrypted with key ${keyId}, PROCTOR_SECRET_KEY is ${this.keyIds.join(', also accepted: ')}`,
      );
    }
    const bytes = Buffer.from(ciphertext);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
      // Without this a truncated ciphertext would pass with a tag of four bytes.
      authTagLength: TAG_BYTES,
    })
      .setAAD(associatedData(place))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  }
}

function idOfKey(key: Uint8Array): string {
  if (key.length !== 32) throw new Error(`PROCTOR_SECRET_KEY must have 32 bytes, but has ${key.length}`);
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

function associatedData({ procName, name }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([procName, name]));
}
