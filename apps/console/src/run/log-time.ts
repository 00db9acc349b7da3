/** How the time of a line is shown: not, since the first line, on the viewer's clock, or on that of UTC. */
export const TIME_MODES = ['off', 'relative', 'local', 'utc'] as const;
export type TimeMode = (typeof TIME_MODES)[number];

const clocks = new Map<string, Intl.DateTimeFormat>();

/** `10:00:00.250`, `+1.250`, `+1:02:03.250`; empty if it is unknown or not to be shown. */
export function formatLogTime(atMs: number | null, mode: TimeMode, startMs: number | null): string {
  if (atMs === null || mode === 'off') return '';
  if (mode === 'relative') return startMs === null ? '' : formatElapsed(atMs - startMs);
  return clockOf(mode === 'utc' ? 'UTC' : undefined).format(atMs);
}

/** The viewer's time zone, such as `Europe/Berlin`. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function formatElapsed(elapsedMs: number): string {
  const sign = elapsedMs < 0 ? '-' : '+';
  const ms = Math.abs(elapsedMs);
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const seconds = ((ms % 60_000) / 1_000).toFixed(3);
  if (hours > 0) return `${sign}${hours}:${pad(String(minutes), 2)}:${pad(seconds, 6)}`;
  return minutes > 0 ? `${sign}${minutes}:${pad(seconds, 6)}` : `${sign}${seconds}`;
}

function pad(text: string, length: number): string {
  return text.padStart(length, '0');
}

function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = clocks.get(timeZone ?? '');
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZone,
  });
  clocks.set(timeZone ?? '', clock);
  return clock;
}
