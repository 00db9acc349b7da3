/** Runs `work` `count` times in a row. @returns the duration of each in milliseconds */
export async function timesOf(count: number, work: (at: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const startedAt = performance.now();
    await work(at);
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** @param share 0.99 for the 99th percentile */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function describeTimes(times: readonly number[]): string {
  return `p50 ${seconds(quantile(times, 0.5))}, p99 ${seconds(quantile(times, 0.99))}`;
}
