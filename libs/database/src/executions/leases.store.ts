import { ALONE, BatchedCalls } from '@app/timing';
import { isBlocked, isDatabaseUnavailable } from '../connection/database-error.js';
import type { Database } from '../connection/database.js';
import { Prisma } from '../generated/client.js';
import type { AdmissionSettings } from './admission/gate.js';
import { claim, type Claim, type ClaimedExecution } from './claim.js';
import type { ExecutionEnd } from './finish.js';
import type { Lease } from './lease.js';
import type { AttemptUpdate, Move } from './record-progress.js';
import { writeExecutions, type ExecutionWrite, type Written } from './write-executions.js';

export type RecordJobOutcome = 'recorded' | 'cancel_requested' | 'fenced';

/**
 * The least time between two batches. An execution writes about five times in its life: without it, 60 executions a second
 * would commit as often as that, and with it about once per execution. A single one waits for nothing.
 */
const MIN_INTERVAL_MS = 25;
/** Keeps a statement short, because the rows of all its executions are locked meanwhile. */
const MAX_BATCH = 200;

/**
 * Executions as the worker that claimed them sees them. A refused write means that another worker has claimed them
 * since. Calls that come at the same time are written together, each with its own lease checked: one statement and one
 * commit serve many executions.
 */
export class LeasesStore {
  private readonly claims: BatchedCalls<Claim, ClaimedExecution | null>;
  private readonly writes: BatchedCalls<ExecutionWrite, Written | null>;

  constructor(
    private readonly database: Database,
    settings: AdmissionSettings,
  ) {
    const pace = { minIntervalMs: MIN_INTERVAL_MS, maxEntries: MAX_BATCH, isOutage };
    this.claims = new BatchedCalls({
      ...pace,
      keyOf: ({ executionId }) => executionId,
      run: async (batch) => {
        const claimed = await claim(database.prepared, batch);
        return batch.map(({ executionId }) => claimed.get(executionId) ?? missingOf(batch));
      },
    });
    this.writes = new BatchedCalls({
      ...pace,
      keyOf: ({ lease }) => lease.executionId,
      run: async (batch) => {
        const written = await writeExecutions(database, batch, settings);
        return batch.map(({ lease }) => written.get(lease.executionId) ?? missingOf(batch));
      },
    });
  }

  /** Takes the execution over from its previous worker. Null: it has ended or is waiting, so there is nothing to do. */
  claim(executionId: number, workerId: string): Promise<ClaimedExecution | null> {
    return this.claims.call({ executionId, workerId });
  }

  /** True while no other worker has claimed the execution and it has not ended. */
  async isHeld({ executionId, epoch }: Lease): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      SELECT 1 FROM execution WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
    return rows.length > 0;
  }

  /** Records the Job that was created or adopted. If a cancel came first, nothing is recorded: delete that Job. */
  async recordJob(lease: Lease, jobUid: string, namespace: string): Promise<RecordJobOutcome> {
    const written = await this.writes.call({ lease, job: { jobUid, namespace } });
    if (written === null) return 'fenced';
    return written.isCancelRequested ? 'cancel_requested' : 'recorded';
  }

  /** Records the state of pods and a move. A status that cannot follow the current one changes nothing. False: fenced. */
  async record(
    lease: Lease,
    progress: { attempts?: readonly AttemptUpdate[]; move?: Move },
  ): Promise<boolean> {
    return (await this.writes.call({ lease, ...progress })) !== null;
  }

  /**
   * Ends the execution, records the event and admits the next ones in one transaction. May be repeated if an error left
   * the outcome unknown. Null: fenced, or it had already ended.
   * @param attempts states of pods that are not recorded yet
   * @returns ids that may be enqueued now
   */
  async end(
    lease: Lease,
    end: ExecutionEnd,
    attempts: readonly AttemptUpdate[] = [],
  ): Promise<{ admitted: number[] } | null> {
    return (await this.writes.call({ lease, end, attempts }))?.ended ?? null;
  }

  /** Gives the execution back without a follower. If the queue has lost its entry, the sweep adds it again. */
  async release({ executionId, epoch }: Lease): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE execution SET worker_id = NULL, enqueued_at = NULL, claims_without_progress = 0
      WHERE id = ${executionId} AND lease_epoch = ${epoch} AND ended_at IS NULL`;
  }

  /** Resets the count of claims without progress: these have run for a while and do not crash workers. */
  async noteSettled(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    await this.database.client.$executeRaw`
      UPDATE execution e SET claims_without_progress = 0
      FROM unnest(${leases.map((l) => BigInt(l.executionId))}::bigint[], ${leases.map((l) => l.epoch)}::int[]) AS l(id, epoch)
      WHERE e.id = l.id AND e.lease_epoch = l.epoch AND e.ended_at IS NULL AND e.claims_without_progress > 0`;
  }

  /** Those of these executions with a request to cancel, in case their worker missed the signal. */
  async listCancelRequested(executionIds: readonly number[]): Promise<number[]> {
    if (executionIds.length === 0) return [];
    const rows = await this.database.prepared.run<{ id: bigint }>(
      'cancel requests',
      Prisma.sql`
      SELECT id FROM execution
      WHERE id = ANY(${executionIds.map(BigInt)}::bigint[]) AND ended_at IS NULL AND cancel_requested_at IS NOT NULL`,
    );
    return rows.map((row) => Number(row.id));
  }

  /** Those of these executions that had not ended at that time, each with its recorded Job. */
  async listLive(executionIds: readonly number[], at: Date): Promise<Map<number, { jobUid: string | null }>> {
    const rows = await this.database.client.$queryRaw<{ id: bigint; job_uid: string | null }[]>`
      SELECT id, job_uid FROM execution WHERE id = ANY(${executionIds.map(BigInt)}::bigint[])
        AND (ended_at IS NULL OR ended_at >= ${at})`;
    return new Map(rows.map((row) => [Number(row.id), { jobUid: row.job_uid }]));
  }
}

/** Alone it waits for locks, so only then is it certain that another worker has the execution, or that it has ended. */
function missingOf(batch: readonly unknown[]): null | typeof ALONE {
  return batch.length === 1 ? null : ALONE;
}

/** A batch that was blocked or chosen as the victim of a deadlock is split: one of its executions may be the reason. */
function isOutage(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !isBlocked(error);
}
