/** How long one turn of housekeeping takes at most; what is left then is done at the next. */
export const MAX_TURN_MS = 20_000;

/**
 * A large piece of housekeeping in steps of at most `most` rows, so that each is short: until one finds less than it may
 * take, or the time is up and the next turn goes on.
 * @param deadlineMs of `performance.now()`
 * @returns how many rows in all
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
