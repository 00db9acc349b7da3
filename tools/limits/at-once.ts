/** Calls `work` with 0 to `count - 1`, roughly in order, with at most `maxAtOnce` calls in progress. */
export async function atOnce(
  count: number,
  maxAtOnce: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const loops = Array.from({ length: Math.min(maxAtOnce, count) }, async () => {
    while (next < count) await work(next++);
  });
  await Promise.all(loops);
}
