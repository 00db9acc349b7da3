import { AppError } from '@app/domain';

/**
 * The text of a file: UTF-8, or UTF-16 as some editors and shells of Windows write it, known by its byte order mark. The
 * mark is no part of the text. Throws `malformed_request` for anything else, without quoting it.
 */
export function decodeText(bytes: Uint8Array, path: string): string {
  const encoding = markedEncoding(bytes) ?? 'utf-8';
  if (encoding === 'utf-32') throw unreadable(path, 'it is UTF-32 text');
  if (encoding === 'utf-8' && bytes.includes(0))
    throw unreadable(path, 'it contains NUL bytes, as UTF-16 text without a byte order mark does');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    const isUtf16 = encoding !== 'utf-8';
    throw unreadable(
      path,
      isUtf16 ? 'it begins like UTF-16 text, but is not' : 'it is not UTF-8 text',
      cause,
    );
  }
}

/** By the byte order mark; null: none, or that of UTF-8. */
export function markedEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-32' | null {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  if (start === 'fffe0000' || start === '0000feff') return 'utf-32';
  if (start.startsWith('fffe')) return 'utf-16le';
  return start.startsWith('feff') ? 'utf-16be' : null;
}

function unreadable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('malformed_request', `Cannot read ${path}: ${reason}.`, {
    hint: 'Save it as UTF-8.',
    cause,
  });
}
