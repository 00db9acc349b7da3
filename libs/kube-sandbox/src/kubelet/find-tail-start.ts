import { fstatSync, readSync } from 'node:fs';

const BLOCK_BYTES = 64 * 1024;

/** The position at which the last `lines` lines of a file begin. */
export function findTailStart(file: number, lines: number): number {
  const { size } = fstatSync(file);
  if (lines === 0) return size;
  let found = 0;
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const bytesRead = readSync(file, buffer, 0, end - start, start);
    for (let at = bytesRead - 1; at >= 0; at--) {
      // The newline at the very end starts no line.
      if (buffer[at] !== 10 || start + at === size - 1) continue;
      found += 1;
      if (found === lines) return start + at + 1;
    }
    end = start;
  }
  return 0;
}
