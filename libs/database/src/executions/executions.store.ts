import {
  AppError,
  type Execution,
  type ExecutionDetail,
  type ProcSnapshot,
  type WaitingFor,
} from '@app/domain';
import { admitForOverlap, admitForShare, admitForSlot, countAdmitted } from './admission.js';
import type { Database, Session } from '../connection/database.js';
import { toExecution, type ExecutionRow } from './execution-row.js';
import type { SealedArgs } from './sealed-args.js';

export interface AdmissionSettings {
  installationId: string;
  /** Executions of one user that may be admitted at once (approximate). */
  userShare: number;
}

/** A request that was checked against its proc and may be accepted. */
export interface Submission {
  proc: {
    name: string;
    revision: number;
    imageName: string;
    concurrency: { limit: number; whenFull: 'queue' | 'refuse' } | null;
    snapshot: ProcSnapshot;
  };
  /** Without those of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgs: SealedArgs | null;
  userEmail: string;
  remoteAddress: string | null;
  callbackUrl: string | null;
  idempotency: IdempotencyKey | null;
  /** The schedule that asks for it. */
  scheduleId: number | null;
  /** The execution that it repeats. */
  rerunOf: number | null;
}

/** One identity and route use a key for one body. */
export interface IdempotencyKey {
  identity: string;
  route: string;
  key: string;
  bodyHash: string;
}

export interface Submitted {
  execution: Execution;
  /** False: the same Idempotency-Key had been accepted before. */
  isNew: boolean;
  /** False: it waits for a slot or its user's share, and must not be enqueued. */
  isAdmitted: boolean;
}

export type CancelOutcome =
  /** It had never been claimed and has ended; these may be enqueued now. */
  | { kind: 'cancelled'; admitted: number[] }
  /** A worker has it; tell it. */
  | { kind: 'requested' }
  | { kind: 'already_final' }
  | { kind: 'not_found' };

type SubmittedRow = ExecutionRow & { waiting_for: WaitingFor | null };
type DetailRow = SubmittedRow & {
  proc_revision: number;
  remote_address: string | null;
  callback_url: string | null;
};

/** What `admitAfter` has to know of an execution that has just ended. */
export interface EndedRow {
  proc_name: string;
  user_email: string;
  schedule_id: bigint | null;
}

/** Executions from the side of those who ask for them: accept, read, cancel. */
export class ExecutionsStore {
  constructor(
    private readonly database: Database,
    private readonly admission: AdmissionSettings,
  ) {}

  /**
   * Accepts an execution. May be repeated with the same Idempotency-Key: the first one's execution is returned.
   * @throws AppError `idempotency_key_reused` (same key, other body), `too_many_requests` (the proc's limit is reached
   * and it refuses), `not_found` (the proc was removed meanwhile).
   */
  async submit(submission: Submission): Promise<Submitted> {
    const row = submission.proc.concurrency
      ? await this.database.transaction((session) => this.insertWithSlot(session, submission))
      : await this.insert(this.database.client, submission, null);
    if (row) return { execution: toExecution(row), isNew: true, isAdmitted: row.waiting_for === null };
    return this.findRepeated(submission.idempotency);
  }

  /** True if a request with this key was accepted, whatever it asked for. */
  async isKeyTaken({ identity, route, key }: IdempotencyKey): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      SELECT 1 FROM idempotency_key WHERE identity = ${identity} AND route = ${route} AND key = ${key}`;
    return rows.length > 0;
  }

  async find(id: number): Promise<Execution | null> {
    const [row] = await this.database.client.$queryRaw<
      ExecutionRow[]
    >`SELECT * FROM execution WHERE id = ${id}`;
    return row ? toExecution(row) : null;
  }

  async findDetail(id: number): Promise<ExecutionDetail | null> {
    const [row] = await this.database.client.$queryRaw<DetailRow[]>`SELECT * FROM execution WHERE id = ${id}`;
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
      callbackUrl: row.callback_url,
      waitingFor: row.waiting_for,
      attempts,
    };
  }

  /** Null: it was given none, or there is no such execution. */
  async readSecretArgs(id: number): Promise<SealedArgs | null> {
    const [row] = await this.database.client.$queryRaw<
      { secret_args: SealedArgs | null }[]
    >`SELECT secret_args FROM execution WHERE id = ${id}`;
    return row?.secret_args ?? null;
  }

  /** Ends a row that was never claimed, else leaves a note for its worker. May be repeated. */
  async requestCancel(id: number, reason: string): Promise<CancelOutcome> {
    return this.database.transaction(async (session) => {
      const [ended] = await session.$queryRaw<(EndedRow & { was_waiting: boolean })[]>`
        UPDATE execution SET status = 'CANCELLED', reason = ${reason}, cancel_requested_at = now(), ended_at = now(), updated_at = now()
        WHERE id = ${id} AND lease_epoch = 0 AND ended_at IS NULL
        RETURNING proc_name, user_email, schedule_id, waiting_for IS NOT NULL AS was_waiting`;
      if (ended) {
        await session.$executeRaw`
          INSERT INTO notification (execution_id, event) VALUES (${id}, 'ended') ON CONFLICT DO NOTHING`;
        return { kind: 'cancelled', admitted: await this.admitAfter(session, ended, !ended.was_waiting) };
      }
      const [row] = await session.$queryRaw<{ is_final: boolean }[]>`
        UPDATE execution SET
          cancel_requested_at = CASE WHEN ended_at IS NULL THEN coalesce(cancel_requested_at, now()) ELSE cancel_requested_at END
        WHERE id = ${id} RETURNING ended_at IS NOT NULL AS is_final`;
      if (!row) return { kind: 'not_found' };
      return row.is_final ? { kind: 'already_final' } : { kind: 'requested' };
    });
  }

  /**
   * Who is let in when an execution has ended. Rows are locked in the order in which a scheduler locks them: the schedule,
   * then the proc.
   * @param wasAdmitted false: it had no slot and no part of its user's share, so that only its schedule may go on
   */
  async admitAfter(session: Session, ended: EndedRow, wasAdmitted = true): Promise<number[]> {
    const { proc_name, user_email, schedule_id } = ended;
    const nextUser = schedule_id === null ? null : await admitForOverlap(session, schedule_id);
    if (!wasAdmitted && nextUser === null) return [];
    const admitted: number[] = [];
    for (const user of new Set([user_email, ...(nextUser === null ? [] : [nextUser])])) {
      admitted.push(...(await admitForShare(session, user, this.admission.userShare)));
    }
    // After the share: who had that to wait for may wait for the slot now.
    return [...admitted, ...(await admitForSlot(session, proc_name))];
  }

  private async insertWithSlot(session: Session, submission: Submission): Promise<SubmittedRow | null> {
    const { name } = submission.proc;
    const [proc] = await session.$queryRaw<{ concurrency_limit: number | null; when_full: string | null }[]>`
      SELECT concurrency_limit, when_full FROM proc WHERE name = ${name} FOR UPDATE`;
    if (!proc) throw new AppError('not_found', `The proc ${name} was removed.`);
    const limit = proc.concurrency_limit;
    const isFull = limit !== null && (await countAdmitted(session, name)) >= limit;
    const row = await this.insert(session, submission, isFull ? 'slot' : null);
    // After the insert, so that a repeated Idempotency-Key is answered and not refused; the throw rolls it back.
    if (row && isFull && proc.when_full === 'refuse') {
      throw new AppError('too_many_requests', `${name} already runs ${limit} times, which is its limit.`, {
        hint: 'Try again when one of them has ended.',
      });
    }
    return row;
  }

  /** One statement. No row: the Idempotency-Key is taken. */
  private async insert(
    session: Session,
    submission: Submission,
    waitingFor: WaitingFor | null,
  ): Promise<SubmittedRow | null> {
    const { proc, args, secretArgs, userEmail, remoteAddress, callbackUrl, idempotency } = submission;
    const jobNamePrefix = `proctor-${this.admission.installationId}-`;
    const [row] = await session.$queryRaw<SubmittedRow[]>`
      WITH candidate AS (SELECT new_execution_id() AS id),
      keyed AS (
        INSERT INTO idempotency_key (identity, route, key, body_hash, execution_id)
        SELECT ${idempotency?.identity ?? ''}, ${idempotency?.route ?? ''}, ${idempotency?.key ?? ''}, ${idempotency?.bodyHash ?? ''}, id
        FROM candidate WHERE ${idempotency !== null}
        ON CONFLICT DO NOTHING RETURNING execution_id
      ),
      accepted AS (
        SELECT id, coalesce(${waitingFor}::text, CASE WHEN (
          SELECT count(*) FROM (
            SELECT 1 FROM execution
            WHERE user_email = ${userEmail} AND ended_at IS NULL AND waiting_for IS NULL LIMIT ${this.admission.userShare}
          ) admitted) >= ${this.admission.userShare} THEN 'share' END) AS waiting_for
        FROM candidate WHERE ${idempotency === null} OR EXISTS (SELECT 1 FROM keyed)
      )
      INSERT INTO execution (id, proc_name, proc_revision, job_name, image, args, secret_args, snapshot, user_email,
        remote_address, callback_url, schedule_id, rerun_of, waiting_for, admitted_at, created_at, updated_at)
      SELECT id, ${proc.name}, ${proc.revision}, ${jobNamePrefix} || id, ${proc.imageName}, ${JSON.stringify(args)}::jsonb,
        ${secretArgs && JSON.stringify(secretArgs)}::jsonb, ${JSON.stringify(proc.snapshot)}::jsonb, ${userEmail},
        ${remoteAddress}, ${callbackUrl}, ${submission.scheduleId}::bigint, ${submission.rerunOf}::bigint, waiting_for,
        CASE WHEN waiting_for IS NULL THEN clock_timestamp() END, execution_id_made_at(id), execution_id_made_at(id)
      FROM accepted
      RETURNING *`;
    return row ?? null;
  }

  private async findRepeated(idempotency: IdempotencyKey | null): Promise<Submitted> {
    if (!idempotency) throw new Error('an insert without an Idempotency-Key returned no row');
    const { identity, route, key, bodyHash } = idempotency;
    const [row] = await this.database.client.$queryRaw<(SubmittedRow & { body_hash: string })[]>`
      SELECT e.*, k.body_hash FROM idempotency_key k JOIN execution e ON e.id = k.execution_id
      WHERE k.identity = ${identity} AND k.route = ${route} AND k.key = ${key}`;
    if (!row)
      throw new AppError(
        'unavailable',
        'The first request with this Idempotency-Key is being handled. Try again.',
      );
    if (row.body_hash !== bodyHash) {
      throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used for another request.', {
        hint: 'Send each new request with a key of its own.',
      });
    }
    return { execution: toExecution(row), isNew: false, isAdmitted: row.waiting_for === null };
  }
}
