import { setImmediate } from 'node:timers/promises';

/** Gives each large body a turn of the event loop of its own, so that short requests are answered between two of them. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  next(): Promise<unknown> {
    this.last = this.last.then(() => setImmediate());
    return this.last;
  }
}
