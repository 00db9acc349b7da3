/** How many reasons of one execution are told. The first ones tell enough. */
const MAX_TOLD = 50;

/** Tells each reason once. Numbers and quoted names in a reason may change from one try to the next. */
export class ToldReasons {
  private readonly told = new Set<string>();

  /** True if the reason is new; it is then told. */
  isNew(reason: string): boolean {
    const key = reason.replace(/"[^"]*"/g, '""').replace(/\d+/g, '0');
    if (this.told.has(key) || this.told.size >= MAX_TOLD) return false;
    this.told.add(key);
    return true;
  }
}

/** What an execution waits for, and how long its limit still runs: `no space (for up to 4 min 58 s more)`. */
export function describeWait(reason: string, waitsUntilMs: number | null, nowMs: number): string {
  if (waitsUntilMs === null) return reason;
  const seconds = Math.max(0, Math.ceil((waitsUntilMs - nowMs) / 1_000));
  const left = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${reason} (for up to ${left} more)`;
}
