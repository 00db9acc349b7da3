import type { ExecutionOrigin, ProcSnapshot, WaitingFor } from '@app/domain';
import type { Session } from '../connection/database.js';
import { Prisma } from '../generated/client.js';
import { snapshotOf, type RegisteredProc } from '../procs/proc-row.js';
import { placedByShare } from './admission/share-gate.js';
import { ORIGIN_COLUMNS, ORIGIN_COLUMN_TYPES, originColumns } from './origin-columns.js';
import type { SealedArgs } from './sealed-args.js';
import type { SealedCallback } from './sealed-callback.js';

/** An execution that was checked against its proc and is to be accepted. */
export interface NewExecution {
  proc: AcceptedProc;
  /** Complete, without those of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgs: SealedArgs | null;
  userEmail: string;
  /** The caller's IP address; null: no caller. */
  remoteAddress: string | null;
  callback: SealedCallback | null;
  origin: ExecutionOrigin;
  /** The gate that holds it back; null: none. */
  waitingFor: WaitingFor | null;
}

/** The parts of a proc that its execution keeps. */
export interface AcceptedProc {
  name: string;
  revision: number;
  imageName: string;
  snapshot: ProcSnapshot;
}

export function acceptedProc({ proc, revision }: RegisteredProc): AcceptedProc {
  return { name: proc.name, revision, imageName: proc.imageName, snapshot: snapshotOf(proc) };
}

export interface AcceptOptions {
  installationId: string;
  /** Executions that no gate holds back yet wait if their user has this many admitted; null: the caller has counted. */
  userShare: number | null;
  /**
   * CTEs of the same statement. The last is `claimed`: it reads `given (n, id)`, where `n` is the place in the batch,
   * and returns as `execution_id` the ids that may be accepted. So a claim under a unique key and its execution are one
   * write.
   */
  claim: Prisma.Sql;
}

export interface Accepted {
  /** The place in the batch. */
  index: number;
  id: number;
  waitingFor: WaitingFor | null;
  createdAt: Date;
}

/** The claim that every execution passes. */
export const UNCLAIMED = Prisma.sql`claimed AS (SELECT id AS execution_id FROM given)`;

/**
 * Writes accepted executions: the only way into the system. One statement for the whole batch, inside or outside of a
 * transaction. Executions that are not claimed are left out. Those without `waitingFor` may be enqueued after the
 * commit.
 */
export async function accept(
  session: Session,
  batch: readonly NewExecution[],
  { installationId, userShare, claim }: AcceptOptions,
): Promise<Accepted[]> {
  const { procs, placeOf } = listProcs(batch);
  // One JSON text each way costs a fraction of the CPU of array parameters and rows of columns.
  const [answer] = await session.$queryRaw<{ accepted: string }[]>`
    WITH given AS MATERIALIZED (
      SELECT g.*, new_execution_id() AS id
      FROM json_to_recordset(${JSON.stringify(batch.map((each, n) => toJsonRow(each, n, placeOf(each.proc))))}::json) AS g(
        n int, proc int, args jsonb, secret_args jsonb, user_email text, remote_address text, callback jsonb,
        waiting_for text, ${ORIGIN_COLUMN_TYPES})
    ), accepted_proc AS MATERIALIZED (
      SELECT place, p.name, revision, image,
        CASE WHEN t.name IS NULL THEN snapshot ELSE snapshot || jsonb_build_object('podTemplate', t.template) END AS snapshot
      FROM json_to_recordset(${JSON.stringify(procs)}::json)
        AS p(place int, name text, revision int, image text, snapshot jsonb)
        LEFT JOIN pod_template t ON t.name = snapshot -> 'pod' ->> 'template'
    ), ${claim}, placed AS (
      ${userShare === null ? PLACED_AS_GIVEN : placedByShare(userShare)}
    ), inserted AS (
      INSERT INTO execution (id, proc_name, proc_revision, job_name, image, args, secret_args, snapshot, user_email,
        remote_address, callback, waiting_for, admitted_at, created_at, updated_at, ${ORIGIN_COLUMNS})
      SELECT id, p.name, p.revision, ${jobNamePrefix(installationId)} || id, p.image, args, secret_args, p.snapshot,
        user_email, remote_address, callback, held_at, CASE WHEN held_at IS NULL THEN clock_timestamp() END,
        execution_id_made_at(id), execution_id_made_at(id), ${ORIGIN_COLUMNS}
      FROM placed JOIN claimed c ON c.execution_id = id JOIN accepted_proc p ON p.place = proc
      RETURNING id, waiting_for, created_at
    )
    SELECT coalesce(json_agg(json_build_array(g.n, g.id, i.waiting_for, i.created_at) ORDER BY g.n), '[]')::text AS accepted
    FROM inserted i JOIN given g ON g.id = i.id`;
  if (!answer) throw new Error('Postgres answered without a row');
  const rows = JSON.parse(answer.accepted) as [number, number, WaitingFor | null, string][];
  return rows.map(([index, id, waitingFor, createdAt]) => ({
    index,
    id,
    waitingFor,
    createdAt: new Date(createdAt),
  }));
}

/** The name of an execution's Job and of its gate Secret. */
export function jobNameOf(installationId: string, executionId: number): string {
  return `${jobNamePrefix(installationId)}${executionId}`;
}

function jobNamePrefix(installationId: string): string {
  return `proctor-${installationId}-`;
}

const PLACED_AS_GIVEN = Prisma.sql`SELECT *, waiting_for AS held_at FROM given`;

function toJsonRow(execution: NewExecution, n: number, proc: number) {
  return {
    n,
    proc,
    args: execution.args,
    // Left out rather than null, which would be stored as the JSON value `null`.
    secret_args: execution.secretArgs ?? undefined,
    // Postgres refuses half a surrogate pair in JSON.
    user_email: execution.userEmail.toWellFormed(),
    remote_address: execution.remoteAddress?.toWellFormed() ?? null,
    callback: execution.callback ?? undefined,
    waiting_for: execution.waitingFor,
    ...originColumns(execution.origin),
  };
}

/** Each proc and revision once: many schedules run the same one. */
function listProcs(batch: readonly NewExecution[]) {
  const keyOf = ({ name, revision }: AcceptedProc) => `${name} ${revision}`;
  const byKey = new Map(batch.map(({ proc }) => [keyOf(proc), proc]));
  const places = new Map([...byKey.keys()].map((key, place) => [key, place]));
  return {
    procs: [...byKey.values()].map(({ name, revision, imageName, snapshot }, place) => ({
      place,
      name,
      revision,
      image: imageName,
      snapshot,
    })),
    placeOf: (proc: AcceptedProc) => places.get(keyOf(proc)) ?? -1,
  };
}
