const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * The time between two instants, in their precision: Kubernetes' times are whole seconds, so a span that begins or ends
 * with one has no tenths, and may be `< 1 s`. Pure.
 */
export function formatSpan(from: Date, to: Date): string {
  const ms = Math.max(0, to.getTime() - from.getTime());
  const isInSeconds = [from, to].some((instant) => instant.getMilliseconds() === 0);
  if (!isInSeconds) return formatDuration(ms);
  return ms < SECOND_MS ? '< 1 s' : formatDuration(ms - (ms % SECOND_MS));
}

/** `0.4 s`, `12 s`, `3 m 12 s`, `2 h 5 m`, `1 d 3 h`: the two largest units. Pure. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 10 * SECOND_MS) return `${(Math.floor(ms / 100) / 10).toString()} s`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} m ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} m`;
  return `${Math.floor(ms / DAY_MS)} d ${Math.floor((ms % DAY_MS) / HOUR_MS)} h`;
}
