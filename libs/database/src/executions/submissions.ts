import { AppError, INITIAL_STATUS, type Execution, type WaitingFor } from '@app/domain';
import { BatchedCalls } from '@app/timing';
import { currentAuditDetails } from '../audit/audit-context.js';
import type { Database } from '../connection/database.js';
import { isDatabaseUnavailable } from '../connection/database-error.js';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import {
  accept,
  claimOf,
  IS_CURRENT,
  jobNameOf,
  type Accepted,
  type AcceptedProc,
  type IdempotencyKey,
  type NewExecution,
} from './accept.js';
import type { AdmissionSettings } from './admission/gate.js';
import { ShareRoom } from './admission/share-room.js';
import { EXECUTION_COLUMNS, toExecution, type ExecutionRow } from './execution-row.js';
import { LimitedSubmissions } from './limited-submissions.js';
import { namesOfSealed } from './sealed-args.js';

export interface AcceptSettings extends AdmissionSettings {
  installationId: string;
}

/** A request that was checked against its proc and may be accepted. */
export interface Submission extends Omit<NewExecution, 'waitingFor' | 'auditDetails'> {
  proc: AcceptedProc & { concurrency: { limit: number; whenFull: 'queue' | 'refuse' } | null };
  idempotency: IdempotencyKey | null;
}

export interface Submitted {
  execution: Execution;
  /** False: an earlier request with the same Idempotency-Key was accepted. */
  isNew: boolean;
  /** False: a gate holds it back, and it must not be enqueued. */
  isAdmitted: boolean;
}

type RepeatedRow = ExecutionRow & { waiting_for: WaitingFor | null; body_hash: string; is_current: boolean };

/** The proc is no longer the one that the submission was checked against: check it again. Nothing has changed. */
export class ProcChangedError extends Error {}

const MAX_BATCH = 64;
/** Larger ones go by themselves: those that wait for them would wait longer than they save. */
const MAX_BATCHED_CHARACTERS = 16_384;

/**
 * Accepts what callers submit. Submissions that come while others are being written go together next, in one statement
 * and one commit: at 16 clients that took Postgres a fourth of the CPU.
 */
export class Submissions {
  private readonly batches: BatchedCalls<NewExecution, Accepted | null>;
  private readonly limited: LimitedSubmissions;
  private readonly room = new ShareRoom();

  constructor(
    private readonly database: Database,
    private readonly settings: AcceptSettings,
  ) {
    this.limited = new LimitedSubmissions(database, (session, batch) => this.accept(session, batch));
    this.batches = new BatchedCalls({
      // No two exclude each other: those with the same Idempotency-Key may meet in one batch.
      keyOf: (submission) => submission,
      run: (batch) => this.accept(database.prepared, batch),
      isOutage: isDatabaseUnavailable,
      minIntervalMs: 0,
      maxEntries: MAX_BATCH,
    });
  }

  /**
   * Accepts an execution. May be repeated with the same Idempotency-Key: the first one's execution is returned.
   * @throws AppError `idempotency_key_reused` (same key, other body), `too_many_requests` (the proc's limit is reached
   * and it refuses), `not_found` (the proc was removed in the meantime); ProcChangedError
   */
  async submit(submission: Submission): Promise<Submitted> {
    // Read here: the batch runs in the context of its first submission.
    const execution = { ...submission, waitingFor: null, auditDetails: currentAuditDetails() };
    const accepted = await this.write(submission, execution);
    if (!accepted) return this.findRepeated(submission);
    return {
      execution: toNewExecution(submission, accepted, this.settings.installationId),
      isNew: true,
      isAdmitted: accepted.waitingFor === null,
    };
  }

  /** Null: the Idempotency-Key is taken, or the proc has changed. */
  private async write(submission: Submission, execution: NewExecution): Promise<Accepted | null> {
    const isLong = countCharacters(submission.args) > MAX_BATCHED_CHARACTERS;
    if (submission.proc.concurrency)
      return isLong ? this.limited.submitAlone(execution) : this.limited.submit(execution);
    if (!isLong) return this.batches.call(execution);
    const [accepted = null] = await this.accept(this.database.prepared, [execution]);
    return accepted;
  }

  /** One statement, which counts the users' shares too, unless they are known to have room. */
  private async accept(
    session: PreparedSession,
    batch: readonly NewExecution[],
  ): Promise<(Accepted | null)[]> {
    const { installationId, userShare } = this.settings;
    const wanted = countByUser(batch);
    const usersWithRoom = new Set(
      [...wanted].flatMap(([user, n]) => (this.room.take(user, n) ? [user] : [])),
    );
    const options = { installationId, userShare, usersWithRoom, claim: claimOf(batch) };
    const { accepted, admittedBefore } = await accept(session, batch, options);
    for (const [user, n] of admittedBefore) this.room.learn(user, userShare - n - (wanted.get(user) ?? 0));
    const byPlace = new Map(accepted.map((each) => [each.index, each]));
    return batch.map((_, index) => byPlace.get(index) ?? null);
  }

  private async findRepeated({ idempotency, proc }: Submission): Promise<Submitted> {
    if (!idempotency) throw new ProcChangedError();
    const { identity, route, key, bodyHash, otherBodyHashes = [] } = idempotency;
    const registeredAt = proc.registeredAt ?? null;
    const [row] = await this.database.prepared.run<RepeatedRow>(
      'find repeated',
      Prisma.sql`
      SELECT ${EXECUTION_COLUMNS}, e.waiting_for, k.body_hash, registered_at IS NULL OR ${IS_CURRENT} AS is_current
      FROM idempotency_key k JOIN execution e ON e.id = k.execution_id,
        (VALUES (${proc.name}, ${proc.revision}::int, ${registeredAt}::timestamptz)) AS p(name, revision, registered_at)
      WHERE k.identity = ${identity} AND k.route = ${route} AND k.key = ${key}`,
    );
    if (!row?.is_current) throw new ProcChangedError();
    if (row.body_hash !== bodyHash && !otherBodyHashes.includes(row.body_hash)) {
      throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used for another request.', {
        hint: 'Send each new request with its own key.',
      });
    }
    return { execution: toExecution(row), isNew: false, isAdmitted: row.waiting_for === null };
  }
}

/** Those that no gate holds back yet. */
function countByUser(batch: readonly NewExecution[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { userEmail, waitingFor } of batch) {
    if (waitingFor === null) counts.set(userEmail, (counts.get(userEmail) ?? 0) + 1);
  }
  return counts;
}

function countCharacters(args: Readonly<Record<string, string>>): number {
  return Object.values(args).reduce((sum, value) => sum + value.length, 0);
}

function toNewExecution(submission: Submission, accepted: Accepted, installationId: string): Execution {
  const { proc, args, secretArgs, userEmail, origin } = submission;
  const { id, createdAt } = accepted;
  return {
    id,
    procName: proc.name,
    jobName: jobNameOf(installationId, id),
    image: proc.imageName,
    args,
    secretArgNames: namesOfSealed(secretArgs),
    userEmail,
    status: INITIAL_STATUS,
    exitCode: null,
    reason: null,
    waitsUntil: null,
    createdAt,
    updatedAt: createdAt,
    startedAt: null,
    endedAt: null,
    cancelRequestedAt: null,
    cancelRequestedBy: null,
    origin,
  };
}
