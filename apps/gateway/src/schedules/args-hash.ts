import type { SecretKeys } from '@app/platform';
import { KeyedHash, type KeyedHashes } from '../secrets/keyed-hash.js';

/**
 * The hash by which schedules with the same args are found, secret ones included. It depends on `PROCTOR_SECRET_KEY`, so
 * rotating the key replaces the hash of every schedule, even one without secret args.
 */
export class ScheduleArgsHash {
  private readonly hash: KeyedHash;

  constructor(secretKeys: SecretKeys) {
    this.hash = new KeyedHash(secretKeys, 'schedule args');
  }

  /** @param args all of them, as given: without defaults, secret ones in plain text */
  of(procName: string, args: Readonly<Record<string, string>>): KeyedHashes {
    return this.hash.of([procName, args]);
  }

  /** As the store of schedules takes them. */
  columnsOf(procName: string, args: Readonly<Record<string, string>>) {
    const { hash, others } = this.of(procName, args);
    return { argsHash: hash, otherArgsHashes: others };
  }
}
