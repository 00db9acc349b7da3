export type LogState = 'open' | 'reconnecting' | 'complete' | 'failed';

/** What a reader of a log sees at one moment. Replaced as a whole, so that React notices. */
export interface LogSnapshot {
  count: number;
  state: LogState;
  /** Of `failed`. */
  error: Error | null;
}

/** The lines of a log as they arrive. Listeners hear of them at most once a frame, however fast the log is. */
export class LogLines {
  private readonly lines: string[] = [];
  private readonly listeners = new Set<() => void>();
  private current: LogSnapshot = { count: 0, state: 'open', error: null };
  private isScheduled = false;

  /** @param nextFrame calls its argument once, a little later */
  constructor(private readonly nextFrame: (notify: () => void) => void) {}

  add(batch: readonly string[]): void {
    for (const line of batch) this.lines.push(line);
    this.change({ state: 'open' });
  }

  setState(state: LogState, error: Error | null = null): void {
    this.change({ state, error });
  }

  /** Lines `from` up to before `until`, counted from 0. */
  slice(from: number, until: number): string[] {
    return this.lines.slice(from, until);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): LogSnapshot => this.current;

  private pending: Partial<LogSnapshot> = {};

  private change(change: Partial<LogSnapshot>): void {
    this.pending = { ...this.pending, ...change };
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.nextFrame(() => {
      this.isScheduled = false;
      this.current = { ...this.current, ...this.pending, count: this.lines.length };
      this.pending = {};
      for (const listener of this.listeners) listener();
    });
  }
}
