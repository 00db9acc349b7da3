import {
  AdmissionRoom,
  AppError,
  INITIAL_STATUS,
  type Admission,
  type Execution,
  type ExecutionDetail,
  type WaitingFor,
} from '@app/domain';
import type { Database, Session } from '../connection/database.js';
import { Prisma } from '../generated/client.js';
import {
  accept,
  jobNameOf,
  UNCLAIMED,
  type Accepted,
  type AcceptedProc,
  type NewExecution,
} from './accept.js';
import type { AdmissionSettings } from './admission/gate.js';
import { lockSlots } from './admission/slot-gate.js';
import { toExecution, type ExecutionRow } from './execution-row.js';
import { finish, NEVER_CLAIMED } from './finish.js';
import { namesOfSealed, type SealedArgs } from './sealed-args.js';

export interface AcceptSettings extends AdmissionSettings {
  installationId: string;
}

/** A request that was checked against its proc and may be accepted. */
export interface Submission extends Omit<NewExecution, 'waitingFor'> {
  proc: AcceptedProc & { concurrency: { limit: number; whenFull: 'queue' | 'refuse' } | null };
  idempotency: IdempotencyKey | null;
}

/** One identity and route use a key for one body. */
export interface IdempotencyKey {
  identity: string;
  route: string;
  key: string;
  bodyHash: string;
  /** Hashes of the same body that may be stored: under keys from before a rotation. */
  otherBodyHashes?: readonly string[];
}

export interface Submitted {
  execution: Execution;
  /** False: an earlier request with the same Idempotency-Key was accepted. */
  isNew: boolean;
  /** False: a gate holds it back, and it must not be enqueued. */
  isAdmitted: boolean;
}

export type CancelOutcome =
  /** No worker had claimed it, so it has ended; `admitted` may be enqueued now. */
  | { kind: 'cancelled'; admitted: number[] }
  /** A worker has it and must be notified. */
  | { kind: 'requested' }
  | { kind: 'already_final' }
  | { kind: 'not_found' };

type SubmittedRow = ExecutionRow & { waiting_for: WaitingFor | null };
type DetailRow = SubmittedRow & {
  proc_revision: number;
  remote_address: string | null;
};

/** Executions as their callers see them: submit, read, cancel. */
export class ExecutionsStore {
  constructor(
    private readonly database: Database,
    private readonly settings: AcceptSettings,
  ) {}

  /**
   * Accepts an execution. May be repeated with the same Idempotency-Key: the first one's execution is returned.
   * @throws AppError `idempotency_key_reused` (same key, other body), `too_many_requests` (the proc's limit is reached
   * and it refuses), `not_found` (the proc was removed in the meantime).
   */
  async submit(submission: Submission): Promise<Submitted> {
    const accepted = submission.proc.concurrency
      ? await this.database.transaction((session) => this.acceptWithSlot(session, submission))
      : await this.accept(this.database.client, submission, null);
    if (!accepted) return this.findRepeated(submission.idempotency);
    const execution = toNewExecution(submission, accepted, this.settings.installationId);
    return { execution, isNew: true, isAdmitted: accepted.waitingFor === null };
  }

  /** True if a request with this key was accepted, whatever its body. */
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
    return this.database.transaction(async (session) => {
      const end = { status: 'CANCELLED', exitCode: null, reason: null } as const;
      const one = { executionId: id, epoch: NEVER_CLAIMED, ...end, cancelRequest: { by: requestedBy } };
      const { ended, admitted } = await finish(session, [one], this.settings);
      if (ended.has(id)) return { kind: 'cancelled', admitted };
      const [row] = await session.$queryRaw<{ is_final: boolean }[]>`
        UPDATE execution SET
          cancel_requested_at = CASE WHEN ended_at IS NULL THEN coalesce(cancel_requested_at, now()) ELSE cancel_requested_at END,
          cancel_requested_by = CASE WHEN ended_at IS NULL AND cancel_requested_at IS NULL THEN ${requestedBy}
            ELSE cancel_requested_by END
        WHERE id = ${id} RETURNING ended_at IS NOT NULL AS is_final`;
      if (!row) return { kind: 'not_found' };
      return row.is_final ? { kind: 'already_final' } : { kind: 'requested' };
    });
  }

  private async acceptWithSlot(session: Session, submission: Submission): Promise<Accepted | null> {
    const { proc, origin, userEmail } = submission;
    const slots = await lockSlots(session, [proc.name]);
    if (slots.size === 0) await this.throwIfRemoved(session, proc.name);
    const admission = new AdmissionRoom({ slots }).admit({ origin, userEmail, procName: proc.name });
    const accepted = await this.accept(session, submission, heldBy(admission));
    // After the insert, so that a repeated Idempotency-Key is answered and not refused; the throw rolls it back.
    if (accepted && admission.kind === 'refused') {
      throw new AppError('too_many_requests', `${admission.reason}.`, {
        hint: 'Try again when one of them has ended.',
      });
    }
    return accepted;
  }

  private async throwIfRemoved(session: Session, procName: string): Promise<void> {
    const rows = await session.$queryRaw<
      unknown[]
    >`SELECT 1 FROM proc WHERE name = ${procName} FOR KEY SHARE`;
    if (rows.length === 0) throw new AppError('not_found', `The proc ${procName} was removed.`);
  }

  /** One statement, which counts the user's share too. Null: the Idempotency-Key is taken. */
  private async accept(
    session: Session,
    submission: Submission,
    waitingFor: WaitingFor | null,
  ): Promise<Accepted | null> {
    const { installationId, userShare } = this.settings;
    const claim = submission.idempotency ? claimKey(submission.idempotency) : UNCLAIMED;
    const options = { installationId, userShare, claim };
    const [accepted] = await accept(session, [{ ...submission, waitingFor }], options);
    return accepted ?? null;
  }

  private async findRepeated(idempotency: IdempotencyKey | null): Promise<Submitted> {
    if (!idempotency) throw new Error('an insert without an Idempotency-Key returned no row');
    const { identity, route, key, bodyHash, otherBodyHashes = [] } = idempotency;
    const [row] = await this.database.client.$queryRaw<(SubmittedRow & { body_hash: string })[]>`
      SELECT e.*, k.body_hash FROM idempotency_key k JOIN execution e ON e.id = k.execution_id
      WHERE k.identity = ${identity} AND k.route = ${route} AND k.key = ${key}`;
    if (!row)
      throw new AppError(
        'unavailable',
        'The first request with this Idempotency-Key is still being handled. Try again.',
      );
    if (row.body_hash !== bodyHash && !otherBodyHashes.includes(row.body_hash)) {
      throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used for another request.', {
        hint: 'Send each new request with its own key.',
      });
    }
    return { execution: toExecution(row), isNew: false, isAdmitted: row.waiting_for === null };
  }
}

/** The gate before which an execution waits, or would have to wait if it were not refused. */
function heldBy(admission: Admission): WaitingFor | null {
  switch (admission.kind) {
    case 'admitted':
      return null;
    case 'waits':
      return admission.for;
    case 'refused':
      return admission.by;
  }
}

function claimKey({ identity, route, key, bodyHash }: IdempotencyKey): Prisma.Sql {
  return Prisma.sql`claimed AS (
    INSERT INTO idempotency_key (identity, route, key, body_hash, execution_id)
    SELECT ${identity}, ${route}, ${key}, ${bodyHash}, id FROM given
    ON CONFLICT DO NOTHING RETURNING execution_id)`;
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
