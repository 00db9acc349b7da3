/** Enough of a token to recognise it by, never enough to use it: its last four characters, of long ones only. */
export function maskToken(token: string): string {
  return token.length >= 16 ? `****${token.slice(-4)}` : '****';
}
