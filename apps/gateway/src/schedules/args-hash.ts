import { KeyedHash } from '../secrets/keyed-hash.js';

/**
 * The hash by which schedules with the same args are found, secret ones included. The only place that computes it: a new
 * `PROCTOR_SECRET_KEY` changes it, so that a rotation of the key has to store it anew for every schedule, also for one
 * without secret args.
 */
export class ScheduleArgsHash {
  private readonly hash: KeyedHash;

  constructor(secretKey: Uint8Array) {
    this.hash = new KeyedHash(secretKey, 'schedule args');
  }

  /** @param args all of them, as given: without defaults, secret ones in plain text */
  of(procName: string, args: Readonly<Record<string, string>>): string {
    return this.hash.of([procName, args]);
  }
}
