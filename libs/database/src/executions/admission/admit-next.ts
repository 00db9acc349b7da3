import { ADMISSION_GATES, type WaitingFor } from '@app/domain';
import type { Database } from '../../connection/database.js';
import type { PreparedSession } from '../../connection/prepared.js';
import type { AdmissionSettings, Gate, Released } from './gate.js';
import { overlapGate } from './overlap-gate.js';
import { shareGate } from './share-gate.js';
import { slotGate } from './slot-gate.js';

const GATES: Record<WaitingFor, Gate> = { overlap: overlapGate, share: shareGate, slot: slotGate };

type GateRow = (typeof ADMISSION_GATES)[number];

/** An execution that has just ended, and so may have made room. */
export interface EndedExecution {
  id: number;
  procName: string;
  userEmail: string;
  scheduleId: number | null;
  /** False: it was still waiting, and took up room only at gates that count waiters. */
  wasAdmitted: boolean;
}

/**
 * Admits the executions that these ends have made room for, gate by gate in the order of ADMISSION_GATES. That is also
 * the order in which a scheduler locks rows: schedules, then procs. Call it in the transaction that ends them.
 * @returns ids that may be enqueued after the commit
 */
export async function admitNext(
  session: PreparedSession,
  ended: readonly EndedExecution[],
  settings: AdmissionSettings,
): Promise<number[]> {
  const moved: Released[] = [];
  for (const row of ADMISSION_GATES) {
    const gate = GATES[row.name];
    const keys = keysToAsk(row, gate, ended, moved);
    if (keys.length > 0) moved.push(...(await gate.release(session, keys, settings)));
  }
  return admittedIds(moved);
}

/**
 * Admits executions that wait although there is room: a limit was raised, or a process died between two steps. Each
 * line of waiters has a transaction of its own, and a gate's lines are listed after the gate before it has let its
 * waiters go.
 * @returns ids that may be enqueued now
 */
export async function admitWaiting(database: Database, settings: AdmissionSettings): Promise<number[]> {
  const moved: Released[] = [];
  for (const { name } of ADMISSION_GATES) {
    const gate = GATES[name];
    for (const key of await gate.listKeys(database.prepared)) {
      moved.push(
        ...(await database.prepared.transaction((session) => gate.release(session, [key], settings))),
      );
    }
  }
  return admittedIds(moved);
}

function keysToAsk(
  row: GateRow,
  gate: Gate,
  ended: readonly EndedExecution[],
  moved: readonly Released[],
): string[] {
  const freed = ended
    .filter(({ wasAdmitted }) => wasAdmitted || row.countsWaiters)
    .map((each) => keyOf(row, each));
  const arrived = moved.filter(({ waitingFor }) => waitingFor === row.name).map((each) => keyOf(row, each));
  // Locking the row of a proc that none of the ended executions has could deadlock with an end of that proc's own. The
  // sweep admits such an arrival.
  const ownKeys = new Set(ended.map((each) => keyOf(row, each)));
  const mayAsk = gate.locksKeys ? arrived.filter((key) => ownKeys.has(key)) : arrived;
  return [...new Set([...freed, ...mayAsk])].filter((key) => key !== null);
}

function keyOf(
  { queuesBy }: GateRow,
  { procName, userEmail, scheduleId }: Omit<Released, 'waitingFor'> & { scheduleId?: number | null },
): string | null {
  switch (queuesBy) {
    case 'schedule':
      return scheduleId == null ? null : String(scheduleId);
    case 'user':
      return userEmail;
    case 'proc':
      return procName;
  }
}

function admittedIds(moved: readonly Released[]): number[] {
  return moved.filter(({ waitingFor }) => waitingFor === null).map(({ id }) => id);
}
