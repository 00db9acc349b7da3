/** Enough of a token to recognize it, never enough to use it: the last four characters of a long one. */
export function maskToken(token: string): string {
  return token.length >= 16 ? `****${token.slice(-4)}` : '****';
}
