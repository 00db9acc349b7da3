/** An email as a key: one account has one key, however its letters are written. */
export function foldEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** True if both emails name the same account. */
export function isSameEmail(one: string, other: string): boolean {
  return foldEmail(one) === foldEmail(other);
}
