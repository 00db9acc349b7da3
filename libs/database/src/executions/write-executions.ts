import type { Database } from '../connection/database.js';
import type { PreparedSession } from '../connection/prepared.js';
import type { AdmissionSettings } from './admission/gate.js';
import { finish, type ExecutionEnd } from './finish.js';
import { firstStart, recordProgress, type Held, type Progress } from './record-progress.js';

/** What the follower of an execution writes at once. */
export interface ExecutionWrite extends Omit<Progress, 'isEnding'> {
  end?: ExecutionEnd;
}

export interface Written extends Held {
  /** Null: it has not ended. `admitted`: executions that may be enqueued now, each named once in the batch. */
  ended: { admitted: number[] } | null;
}

/**
 * Writes what has changed of executions, each at most once in a batch, in one commit. May be repeated if an error left the
 * outcome unknown: an end is then not reported again.
 * @returns by execution id, without those that are fenced, have ended already, or that another process has locked
 */
export async function writeExecutions(
  database: Database,
  batch: readonly ExecutionWrite[],
  settings: AdmissionSettings,
): Promise<Map<number, Written>> {
  if (batch.every(({ end }) => end === undefined)) {
    const held = await recordProgress(database.prepared, batch);
    return new Map([...held].map(([id, state]) => [id, { ...state, ended: null }]));
  }
  return await database.prepared.transaction((session) => writeWithEnds(session, batch, settings));
}

async function writeWithEnds(
  session: PreparedSession,
  batch: readonly ExecutionWrite[],
  settings: AdmissionSettings,
): Promise<Map<number, Written>> {
  const progress = batch.map(({ end, ...rest }) => ({ ...rest, isEnding: end !== undefined }));
  // Locks the rows of all of them.
  const held = await recordProgress(session, progress);
  const ends = batch.flatMap(({ lease, end, attempts = [] }) =>
    end && held.has(lease.executionId) ? [{ ...lease, ...end, startedAt: firstStart(attempts) }] : [],
  );
  const { ended, admitted } = await finish(session, ends, settings);
  const [firstEnded] = ended;
  return new Map(
    [...held].map(([id, state]) => {
      const admittedNow = id === firstEnded ? admitted : [];
      return [id, { ...state, ended: ended.has(id) ? { admitted: admittedNow } : null }];
    }),
  );
}
