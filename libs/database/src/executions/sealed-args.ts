/**
 * Args of type `secret` as stored: name to AES-256-GCM ciphertext (base64). Sealed and opened by SecretsStore; bound to
 * the proc and the name of the arg, not to one execution.
 */
export type SealedArgs = Readonly<Record<string, { ciphertext: string; keyId: string }>>;

/** Their names, sorted; empty for none. */
export function namesOfSealed(sealed: SealedArgs | null): string[] {
  return Object.keys(sealed ?? {}).sort();
}
