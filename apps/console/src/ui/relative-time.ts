const STEPS: readonly [limitMs: number, unitMs: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60_000, 1_000, 'second'],
  [3_600_000, 60_000, 'minute'],
  [86_400_000, 3_600_000, 'hour'],
  [30 * 86_400_000, 86_400_000, 'day'],
];

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** `3 min. ago`, `in 2 hr.`, `yesterday`; beyond a month the date. */
export function relativeTime(instant: string, nowMs: number): string {
  const ms = Date.parse(instant) - nowMs;
  if (Math.abs(ms) < 5_000) return 'just now';
  const step = STEPS.find(([limitMs]) => Math.abs(ms) < limitMs);
  if (!step) return instant.slice(0, 10);
  const [, unitMs, unit] = step;
  return words.format(Math.trunc(ms / unitMs), unit);
}

/** The instant on the clock of the viewer, and on that of another zone. */
export function exactTime(instant: string, timeZone = 'UTC'): string {
  const inZone = (zone?: string) =>
    new Date(instant).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long', timeZone: zone });
  const [here, there] = [inZone(), inZone(timeZone)];
  return here === there ? here : `${here} · ${there}`;
}
