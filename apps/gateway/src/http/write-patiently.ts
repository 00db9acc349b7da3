import type { Writable } from 'node:stream';

/** Writes and, if too much waits already, waits for room. False: the reader took nothing for `patienceMs`, or is gone. */
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
