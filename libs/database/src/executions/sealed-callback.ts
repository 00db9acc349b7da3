/**
 * A `callback_url` as stored. Its path, query or password may be a credential, so that only its origin is readable: who is
 * notified is decided, and shown, without the key.
 */
export interface SealedCallback {
  origin: string;
  /** AES-256-GCM (base64), sealed and opened by SecretsStore; bound to the proc. */
  ciphertext: string;
  keyId: string;
}

/** A string: an execution from before it was sealed. */
export type StoredCallback = SealedCallback | string;

/** Pure. Empty for what is no URL. */
export function originOfCallback(callback: StoredCallback): string {
  if (typeof callback !== 'string') return callback.origin;
  return URL.canParse(callback) ? new URL(callback).origin : '';
}
