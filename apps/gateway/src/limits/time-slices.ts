import { longWork } from './turns.js';

const SLICE_MS = 20;

/**
 * Lets other requests run during long work: await the returned function between its steps. It waits only if the work has
 * had the process for 20 ms since it last waited, and then until all other long work had its turn.
 */
export function timeSlices(
  now: () => number = () => performance.now(),
  nextTurn: () => Promise<void> = () => longWork.next(),
): () => Promise<void> {
  let startedAt = now();
  return async () => {
    if (now() - startedAt < SLICE_MS) return;
    await nextTurn();
    startedAt = now();
  };
}
