import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Does for many callers together what each of them would have to do for itself. A call gets the result of a run that
 * began after the call, never of one that was under way; calls that come before it begins share it. One run of a key at
 * a time.
 */
export class SharedRuns<Key, Result> {
  /** Those that have not begun. */
  private readonly waiting = new Map<Key, Promise<Result>>();
  private readonly running = new Map<Key, Promise<Result>>();

  constructor(private readonly work: (key: Key) => Promise<Result>) {}

  run(key: Key): Promise<Result> {
    const known = this.waiting.get(key);
    if (known) return known;
    // Whoever is woken by the same news comes within this turn.
    const begun = Promise.allSettled([this.running.get(key), nextTurn()]).then(() => this.begin(key));
    this.waiting.set(key, begun);
    return begun;
  }

  private begin(key: Key): Promise<Result> {
    this.waiting.delete(key);
    const run = this.work(key).finally(() => this.running.delete(key));
    this.running.set(key, run);
    return run;
  }
}
