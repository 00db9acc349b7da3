import type { Writable } from 'node:stream';

/** Writes, then waits until the buffer has room. @returns false if the reader did not read for `patienceMs`, or has disconnected */
export async function writePatiently(stream: Writable, text: string, patienceMs: number): Promise<boolean> {
  if (stream.destroyed) return false;
  if (stream.write(text)) return true;
  return new Promise((resolve) => {
    const settle = (hasRoom: boolean) => () => {
      clearTimeout(timer);
      stream.off('drain', drained).off('close', closed);
      resolve(hasRoom);
    };
    const [drained, closed] = [settle(true), settle(false)];
    const timer = setTimeout(closed, patienceMs);
    stream.on('drain', drained).on('close', closed);
  });
}
