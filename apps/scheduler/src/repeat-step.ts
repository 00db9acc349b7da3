/** The longest time that one round of housekeeping takes; the next round continues. */
export const MAX_ROUND_MS = 20_000;

/**
 * Runs a large piece of housekeeping in short steps of at most `most` rows, until a step finds fewer rows or the time
 * is up.
 * @param deadlineMs in terms of `performance.now()`
 * @returns how many rows were processed
 */
export async function repeatStep(
  deadlineMs: number,
  most: number,
  step: (most: number) => Promise<number>,
): Promise<number> {
  for (let sum = 0; ;) {
    const count = await step(most);
    sum += count;
    if (count < most || performance.now() >= deadlineMs) return sum;
  }
}
