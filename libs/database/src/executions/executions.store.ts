import type { Execution, ExecutionDetail, WaitingFor } from '@app/domain';
import type { Database } from '../connection/database.js';
import { Prisma } from '../generated/client.js';
import type { IdempotencyKey } from './accept.js';
import { EXECUTION_COLUMNS, toExecution, type ExecutionRow } from './execution-row.js';
import { finish, NEVER_CLAIMED } from './finish.js';
import type { SealedArgs } from './sealed-args.js';
import { Submissions, type AcceptSettings, type Submission, type Submitted } from './submissions.js';

export type CancelOutcome =
  /** No worker had claimed it, so it has ended; `admitted` may be enqueued now. */
  | { kind: 'cancelled'; admitted: number[] }
  /** A worker has it and must be notified. */
  | { kind: 'requested' }
  | { kind: 'already_final' }
  | { kind: 'not_found' };

type DetailRow = ExecutionRow & {
  waiting_for: WaitingFor | null;
  proc_revision: number;
  remote_address: string | null;
};

/** Executions as their callers see them: submit, read, cancel. */
export class ExecutionsStore {
  private readonly submissions: Submissions;

  constructor(
    private readonly database: Database,
    private readonly settings: AcceptSettings,
  ) {
    this.submissions = new Submissions(database, settings);
  }

  /** As `Submissions.submit`. */
  submit(submission: Submission): Promise<Submitted> {
    return this.submissions.submit(submission);
  }

  /** True if a request with this key was accepted, whatever its body. */
  async isKeyTaken({ identity, route, key }: IdempotencyKey): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      SELECT 1 FROM idempotency_key WHERE identity = ${identity} AND route = ${route} AND key = ${key}`;
    return rows.length > 0;
  }

  async find(id: number): Promise<Execution | null> {
    const [row] = await this.database.prepared.run<ExecutionRow>(
      'find execution',
      Prisma.sql`SELECT ${EXECUTION_COLUMNS} FROM execution e WHERE e.id = ${id}`,
    );
    return row ? toExecution(row) : null;
  }

  async findDetail(id: number): Promise<ExecutionDetail | null> {
    const [row] = await this.database.prepared.run<DetailRow>(
      'find execution detail',
      Prisma.sql`
      SELECT ${EXECUTION_COLUMNS}, e.proc_revision, e.remote_address, e.waiting_for FROM execution e WHERE e.id = ${id}`,
    );
    if (!row) return null;
    const attempts = await this.database.client.executionAttempt.findMany({
      where: { executionId: row.id },
      select: { n: true, podName: true, startedAt: true, endedAt: true, exitCode: true, reason: true },
      orderBy: { n: 'asc' },
    });
    return {
      ...toExecution(row),
      procRevision: row.proc_revision,
      remoteAddress: row.remote_address,
      waitingFor: row.waiting_for,
      attempts,
    };
  }

  /** Null: it has none, or the execution does not exist. */
  async readSecretArgs(id: number): Promise<SealedArgs | null> {
    const [row] = await this.database.client.$queryRaw<
      { secret_args: SealedArgs | null }[]
    >`SELECT secret_args FROM execution WHERE id = ${id}`;
    return row?.secret_args ?? null;
  }

  /**
   * Ends an execution that was never claimed; otherwise marks it for its worker. May be repeated: the first request counts.
   * @param requestedBy an email, which the reason of the end names
   */
  async requestCancel(id: number, requestedBy: string): Promise<CancelOutcome> {
    return this.database.prepared.transaction(async (session) => {
      const end = { status: 'CANCELLED', exitCode: null, reason: null } as const;
      const one = { executionId: id, epoch: NEVER_CLAIMED, ...end, cancelRequest: { by: requestedBy } };
      const { ended, admitted } = await finish(session, [one], this.settings);
      if (ended.has(id)) return { kind: 'cancelled', admitted };
      const [row] = await session.run<{ is_final: boolean }>(
        'request cancel',
        Prisma.sql`
        UPDATE execution SET
          cancel_requested_at = CASE WHEN ended_at IS NULL THEN coalesce(cancel_requested_at, now()) ELSE cancel_requested_at END,
          cancel_requested_by = CASE WHEN ended_at IS NULL AND cancel_requested_at IS NULL THEN ${requestedBy}
            ELSE cancel_requested_by END
        WHERE id = ${id} RETURNING ended_at IS NOT NULL AS is_final`,
      );
      if (!row) return { kind: 'not_found' };
      return row.is_final ? { kind: 'already_final' } : { kind: 'requested' };
    });
  }
}
