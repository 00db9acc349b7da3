import type { WaitingFor } from '@app/domain';
import type { PreparedSession } from '../../connection/prepared.js';

export interface AdmissionSettings {
  /** How many executions of one user may be admitted at once; approximate. */
  userShare: number;
}

/** An execution that a gate has let through. */
export interface Released {
  id: number;
  procName: string;
  userEmail: string;
  /** The next gate that holds it back; null: it is admitted and may be enqueued after the commit. */
  waitingFor: WaitingFor | null;
}

/**
 * How the executions that wait at one gate get through it. A key names a line of waiters: the schedule's id, the user's
 * email or the proc's name, by the gate's `queuesBy`.
 */
export interface Gate {
  /**
   * Lets waiters through while there is room. Locks the rows that guard these keys, in the order in which every process
   * locks them. Call it in the transaction that makes room.
   */
  release(
    session: PreparedSession,
    keys: readonly string[],
    settings: AdmissionSettings,
  ): Promise<Released[]>;
  /** Keys with waiters, some of which may get through: the sweep's work. */
  listKeys(session: PreparedSession): Promise<string[]>;
  /** True: `release` locks a row of each key, so that keys must not be added while others are locked. */
  locksKeys: boolean;
}

/** How many executions one call of `release` lets through per key; the sweep continues. */
export const MAX_RELEASED = 100;

export interface ReleasedRow {
  id: bigint;
  proc_name: string;
  user_email: string;
  waiting_for: WaitingFor | null;
}

export function toReleased(row: ReleasedRow): Released {
  return {
    id: Number(row.id),
    procName: row.proc_name,
    userEmail: row.user_email,
    waitingFor: row.waiting_for,
  };
}
