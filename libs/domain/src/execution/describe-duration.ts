export const LESS_THAN_A_SECOND = '< 1 s';

/**
 * The time between two instants in words: `12.4 s`, `3 min 4 s`. Undefined: one is missing, or they are in the wrong order.
 * Kubernetes' times are whole seconds: a duration that begins or ends with one has no tenths.
 */
export function describeDuration(
  startedAt: string | undefined,
  endedAt: string | undefined,
): string | undefined {
  if (startedAt === undefined || endedAt === undefined) return undefined;
  const [startMs, endMs] = [Date.parse(startedAt), Date.parse(endedAt)];
  const ms = endMs - startMs;
  if (!(ms >= 0)) return undefined;
  const isInSeconds = startMs % 1000 === 0 || endMs % 1000 === 0;
  if (isInSeconds && ms < 1000) return LESS_THAN_A_SECOND;
  const seconds = ms / 1000;
  if (seconds < 60) return isInSeconds ? `${Math.floor(seconds)} s` : `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return parts
    .map((part, index) => `${part} ${'h,min,s'.split(',')[index]}`)
    .slice(parts[0] === 0 ? 1 : 0)
    .join(' ');
}
