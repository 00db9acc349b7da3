import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Shares one run of the work among concurrent callers with the same key. A call gets the result of a run that starts after
 * the call, never of one already in progress; all calls before that start share it. Runs of one key do not overlap.
 */
export class SharedRuns<Key, Result> {
  /** Runs that have not started. */
  private readonly waiting = new Map<Key, Promise<Result>>();
  private readonly running = new Map<Key, Promise<Result>>();

  constructor(private readonly work: (key: Key) => Promise<Result>) {}

  run(key: Key): Promise<Result> {
    const known = this.waiting.get(key);
    if (known) return known;
    // Callers woken by the same update call within this turn of the event loop.
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
