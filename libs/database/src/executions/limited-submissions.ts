import { AdmissionRoom, AppError, type Admission, type WaitingFor } from '@app/domain';
import { ALONE, BatchedCalls, BoundedMap } from '@app/timing';
import { isDatabaseUnavailable } from '../connection/database-error.js';
import type { Database } from '../connection/database.js';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import type { Accepted, NewExecution } from './accept.js';
import { lockSlots } from './admission/slot-gate.js';

/** Null: its Idempotency-Key is taken, or the proc has changed. In the order of the batch. */
type AcceptBatch = (session: PreparedSession, batch: readonly NewExecution[]) => Promise<(Accepted | null)[]>;

const MAX_BATCH = 64;
const MAX_PROCS = 1_000;

/**
 * Accepts executions of procs with a concurrency limit. Those of one proc that come while others of it are being written go
 * together next: its row is locked, and its slots are counted, once for all of them. Procs do not wait for each other.
 */
export class LimitedSubmissions {
  private readonly byProc = new BoundedMap<string, BatchedCalls<NewExecution, Accepted | null>>({
    maxSize: MAX_PROCS,
  });

  constructor(
    private readonly database: Database,
    private readonly acceptBatch: AcceptBatch,
  ) {}

  /** @throws AppError `too_many_requests` (the limit is reached and the proc refuses), `not_found` (the proc was removed) */
  submit(execution: NewExecution): Promise<Accepted | null> {
    return this.byProc.useOrCreate(execution.proc.name, () => this.open()).call(execution);
  }

  /** As `submit`, in a transaction of its own. */
  async submitAlone(execution: NewExecution): Promise<Accepted | null> {
    return await this.open().call(execution);
  }

  private open(): BatchedCalls<NewExecution, Accepted | null> {
    return new BatchedCalls({
      keyOf: (execution) => execution,
      run: (batch) => this.accept(batch),
      isOutage: isDatabaseUnavailable,
      minIntervalMs: 0,
      maxEntries: MAX_BATCH,
    });
  }

  /** Those of several that the proc refuses are tried alone: their refusal rolls back what was written with them. */
  private async accept(batch: readonly NewExecution[]): Promise<(Accepted | null | typeof ALONE)[]> {
    const isAlone = batch.length === 1;
    const isWritten = ({ kind }: Admission) => isAlone || kind !== 'refused';
    return await this.database.prepared.transaction(async (session) => {
      const admissions = await admit(session, batch);
      const written = batch.flatMap((execution, at) =>
        isWritten(admissions[at]!) ? [{ ...execution, waitingFor: heldBy(admissions[at]!) }] : [],
      );
      const accepted = written.length === 0 ? [] : await this.acceptBatch(session, written);
      // After the insert, so that a repeated Idempotency-Key is answered and not refused.
      if (isAlone && accepted[0]) throwIfRefused(admissions[0]!);
      throwIfSlotIsLeft(admissions, accepted);
      const inOrder = accepted.values();
      return admissions.map((each) => (isWritten(each) ? (inOrder.next().value ?? null) : ALONE));
    });
  }
}

/** @param batch of one proc */
async function admit(session: PreparedSession, batch: readonly NewExecution[]): Promise<Admission[]> {
  const procName = batch[0]!.proc.name;
  const slots = await lockSlots(session, [procName]);
  if (slots.size === 0) await throwIfRemoved(session, procName);
  const room = new AdmissionRoom({ slots });
  return batch.map(({ origin, userEmail }) => room.admit({ origin, userEmail, procName }));
}

async function throwIfRemoved(session: PreparedSession, procName: string): Promise<void> {
  const rows = await session.run<object>(
    'keep proc',
    Prisma.sql`SELECT 1 AS found FROM proc WHERE name = ${procName} FOR KEY SHARE`,
  );
  if (rows.length === 0) throw new AppError('not_found', `The proc ${procName} was removed.`);
}

/** @throws AppError `too_many_requests` */
function throwIfRefused(admission: Admission): void {
  if (admission.kind !== 'refused') return;
  throw new AppError('too_many_requests', `${admission.reason}.`, {
    hint: 'Try again when one of them has ended.',
  });
}

/**
 * A repeated Idempotency-Key, or a user past their share, needs no slot. If another one waits for the slot that it was
 * counted with, each of the batch is tried alone. @throws Error
 */
function throwIfSlotIsLeft(admissions: readonly Admission[], accepted: readonly (Accepted | null)[]): void {
  const counted = admissions.filter(({ kind }) => kind === 'admitted').length;
  const taken = accepted.filter((each) => each?.waitingFor === null).length;
  if (taken < counted && counted < admissions.length) throw new Error('a slot is left');
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
