/**
 * Args of type `secret` as they are kept: name to AES-256-GCM ciphertext (base64). Made and opened by SecretsStore;
 * bound to the proc and the arg's name, not to one execution.
 */
export type SealedArgs = Readonly<Record<string, { ciphertext: string; keyId: string }>>;

/** Their names, in order; empty for none. */
export function namesOfSealed(sealed: SealedArgs | null): string[] {
  return Object.keys(sealed ?? {}).sort();
}
