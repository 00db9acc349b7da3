import type { LogLine } from '@app/contract';

export type LogState = 'open' | 'reconnecting' | 'complete' | 'failed';

/** What a reader of a log sees at one moment. Replaced as a whole, so that React notices. */
export interface LogSnapshot {
  count: number;
  state: LogState;
  /** Of `failed`. */
  error: Error | null;
}

/**
 * The lines of a log as they arrive. Listeners hear of them at most once a frame, however fast the log is. A line has a
 * place, from 0 without holes, and a number, which the gateway gives it. Kept in columns: a log may have a million lines.
 */
export class LogLines {
  private readonly texts: string[] = [];
  private readonly numbers: number[] = [];
  /** Not a number: unknown. */
  private readonly times: number[] = [];
  private readonly markers = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private current: LogSnapshot = { count: 0, state: 'open', error: null };
  private isScheduled = false;

  /** @param nextFrame calls its argument once, a little later */
  constructor(private readonly nextFrame: (notify: () => void) => void) {}

  add(batch: readonly LogLine[]): void {
    for (const { n, text, printed_at, kind } of batch) {
      this.texts.push(text);
      this.numbers.push(n);
      this.times.push(printed_at === undefined ? NaN : Date.parse(printed_at));
      if (kind !== undefined) this.markers.add(n);
    }
    this.change({ state: 'open' });
  }

  setState(state: LogState, error: Error | null = null): void {
    this.change({ state, error });
  }

  /** The texts from place `from` up to before `until`. */
  slice(from: number, until: number): string[] {
    return this.texts.slice(from, until);
  }

  numberAt(place: number): number {
    return this.numbers[place] ?? 0;
  }

  /** When it was printed, in milliseconds; null: unknown. */
  timeAt(place: number): number | null {
    const time = this.times[place] ?? NaN;
    return Number.isNaN(time) ? null : time;
  }

  /** Whether the line is from Proctor, which says that others are missing. */
  isMarker(number: number): boolean {
    return this.markers.has(number);
  }

  /** The place of the first line with this number or a higher one; how many there are if there is none. */
  placeOf(number: number): number {
    let [low, high] = [0, this.numbers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.numbers[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of the first line from a place on, in one of the two directions, that fulfils the condition. Null: none. */
  findFrom(place: number, step: 1 | -1, fits: (text: string) => boolean): number | null {
    for (let at = place; at >= 0 && at < this.texts.length; at += step) {
      if (fits(this.texts[at] ?? '')) return this.numberAt(at);
    }
    return null;
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
      this.current = { ...this.current, ...this.pending, count: this.texts.length };
      this.pending = {};
      for (const listener of this.listeners) listener();
    });
  }
}
