/** The longest time that one round of housekeeping takes; the next round continues. */
export const MAX_ROUND_MS = 20_000;

/**
 * Runs a large piece of housekeeping in short steps of at most `max` rows, until a step finds fewer rows or the time
 * is up.
 * @param deadlineMs in terms of `performance.now()`
 * @returns how many rows were processed
 */
export async function repeatStep(
  deadlineMs: number,
  max: number,
  step: (max: number) => Promise<number>,
): Promise<number> {
  for (let sum = 0; ;) {
    const count = await step(max);
    sum += count;
    if (count < max || performance.now() >= deadlineMs) return sum;
  }
}
