import { BoundedMap } from '@app/timing';

const MAX_USERS = 10_000;
/** The part of what is free in a user's share that one process may admit without counting again: others admit too. */
const PART = 0.1;
const VALID_MS = 1_000;

/**
 * What is known to be free in users' shares. A count reads each admitted execution of the user, so that with a large
 * share and many waiting executions every accept would read them all.
 */
export class ShareRoom {
  private readonly rooms = new BoundedMap<string, { free: number; untilMs: number }>({ maxSize: MAX_USERS });

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** True: `wanted` more executions of this user surely have room. They count as admitted from now on. */
  take(userEmail: string, wanted: number): boolean {
    const room = this.rooms.get(userEmail);
    if (!room || room.untilMs < this.nowMs() || room.free < wanted) return false;
    room.free -= wanted;
    return true;
  }

  /** @param free in the whole share, counted just now */
  learn(userEmail: string, free: number): void {
    this.rooms.set(userEmail, { free: Math.floor(free * PART), untilMs: this.nowMs() + VALID_MS });
  }
}
