import type { Readable } from 'node:stream';
import { AppError } from '@app/domain';
import { reading } from '../limits/turns.js';

/** So much is read at once. */
const SMALL_BYTES = 32 * 1024;

/**
 * A body past the limit is read and discarded up to here before it is refused: a client that is still sending would see
 * its connection reset instead of the answer.
 */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/**
 * Reads a whole body.
 * @param hold called before bytes are kept; throws if there is no room
 * @param nextTurn awaited before more of a large body is read: otherwise a hundred bodies that arrive together would all
 * be read before another request is
 * @throws AppError `too_large`, `malformed_request` if it was cut off, and what `hold` throws
 */
export function collectBody(
  stream: Readable,
  limitBytes: number,
  hold: (bytes: number) => void = () => undefined,
  nextTurn: () => Promise<void> = () => reading.next(),
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isRefused = false;
    const tooLarge = () =>
      new AppError('too_large', `The request body is larger than ${limitBytes} bytes.`, {
        hint: 'Send less in one request, such as a part of the procs.',
      });
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) chunks.length = 0;
      else if (!isRefused) {
        try {
          hold(chunk.length);
          chunks.push(chunk);
        } catch (error) {
          isRefused = true;
          chunks.length = 0;
          reject(error instanceof Error ? error : new Error('no room', { cause: error }));
        }
      }
      if (bytes > MAX_DISCARDED_BYTES) reject(tooLarge());
      if (bytes <= SMALL_BYTES) return;
      stream.pause();
      void nextTurn().then(() => stream.resume());
    });
    stream.on('end', () => (bytes <= limitBytes ? resolve(Buffer.concat(chunks)) : reject(tooLarge())));
    stream.on('error', (cause) =>
      reject(new AppError('malformed_request', 'The body was cut off.', { cause })),
    );
    stream.on('close', () => {
      // After a whole body too: an error that is not needed costs its stack.
      if (!stream.readableEnded) reject(new AppError('malformed_request', 'The body was cut off.'));
    });
  });
}
