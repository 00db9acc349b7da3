const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;

/**
 * Returns how `bytes` appear inside base64 text, regardless of what precedes and follows them: for each of the three
 * alignments, the digits that depend only on `bytes`, and the same digits as they end when nothing follows (with and
 * without padding). Up to 4 bits at either edge, which share a digit with a neighbour, are not covered.
 */
export function base64Forms(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const firstOwnDigit = Math.ceil((8 * offset) / 6);
    const endOfOwnDigits = Math.floor((8 * (offset + bytes.length)) / 6);
    return [STANDARD, URL_SAFE].flatMap((alphabet) => {
      const digits = encode(bytes, offset, alphabet);
      const padding = '='.repeat((3 - ((offset + bytes.length) % 3)) % 3);
      const atEnd = digits.slice(firstOwnDigit);
      return [digits.slice(firstOwnDigit, endOfOwnDigits), atEnd, atEnd + padding];
    });
  });
}

/** Returns the unpadded base64 of `offset` zero bytes followed by `bytes`. */
function encode(bytes: Uint8Array, offset: number, alphabet: string): string {
  const digits: string[] = [];
  let buffer = 0;
  let bits = 0;
  for (let index = -offset; index < bytes.length; index += 1) {
    buffer = ((buffer << 8) | (bytes[index] ?? 0)) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      digits.push(alphabet.charAt((buffer >> bits) & 63));
    }
  }
  if (bits > 0) digits.push(alphabet.charAt((buffer << (6 - bits)) & 63));
  return digits.join('');
}
