import { ORIGIN_RULES, type ExecutionOrigin, type ProcSnapshot, type WaitingFor } from '@app/domain';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import { snapshotOf, type RegisteredProc } from '../procs/proc-row.js';
import { PLACED_AS_GIVEN, placedByShare } from './admission/share-gate.js';
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
  /** Added to its audit entry, which only some origins have. */
  auditDetails?: AuditEntry['details'];
  /** Claimed together with it. */
  idempotency?: IdempotencyKey | null;
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

/** The parts of a proc that its execution keeps. */
export interface AcceptedProc {
  name: string;
  revision: number;
  imageName: string;
  snapshot: ProcSnapshot;
  /**
   * When the proc was first registered: then executions are accepted only while the proc still has this revision. Left
   * out: the caller has read it in this transaction.
   */
  registeredAt?: Date;
}

export function acceptedProc({ proc, revision }: RegisteredProc): AcceptedProc {
  return { name: proc.name, revision, imageName: proc.imageName, snapshot: snapshotOf(proc) };
}

export interface AcceptOptions {
  installationId: string;
  /** Executions that no gate holds back yet wait if their user has this many admitted; null: the caller has counted. */
  userShare: number | null;
  /** Executions of these users need not be counted. Left out: of none. */
  usersWithRoom?: ReadonlySet<string>;
  claim: Claim;
}

/** How executions are claimed under a unique key, in one write with their rows. */
export interface Claim {
  /** Distinguishes the prepared statements: a claim has one text. */
  name: string;
  /**
   * CTEs of the same statement. They read `given (n, id)`, where `n` is the place in the batch; the last is `passed`: its
   * rows that may be accepted.
   */
  ctes: Prisma.Sql;
}

export interface Accepted {
  /** The place in the batch. */
  index: number;
  id: number;
  waitingFor: WaitingFor | null;
  createdAt: Date;
}

export interface AcceptedBatch {
  accepted: Accepted[];
  /** How many executions each user that was counted had admitted before the batch, up to the share. */
  admittedBefore: ReadonlyMap<string, number>;
}

/** The claim that every execution passes. */
export const UNCLAIMED: Claim = {
  name: 'unclaimed',
  ctes: Prisma.sql`passed AS (SELECT * FROM given)`,
};

/** In the order of keys: two batches with the same keys wait for each other's, and must not do so both ways. */
const CLAIM_KEYS: Claim = {
  name: 'keyed',
  ctes: Prisma.sql`keyed AS (
      INSERT INTO idempotency_key (identity, route, key, body_hash, execution_id)
      SELECT key_identity, key_route, key, body_hash, id FROM given
      WHERE key IS NOT NULL ORDER BY key_identity, key_route, key, n
      ON CONFLICT DO NOTHING RETURNING execution_id
    ), passed AS (
      SELECT * FROM given WHERE key IS NULL OR id IN (SELECT execution_id FROM keyed))`,
};

/** The claim of those executions that have an Idempotency-Key. */
export function claimOf(batch: readonly NewExecution[]): Claim {
  return batch.some(({ idempotency }) => idempotency) ? CLAIM_KEYS : UNCLAIMED;
}

/**
 * Writes accepted executions, with the audit entries of those that callers asked for: the only way into the system. One
 * statement for the whole batch, inside or outside of a transaction. Executions that are not claimed, and those whose
 * proc is another one by now, are left out. Those without `waitingFor` may be enqueued after the commit.
 */
export async function accept(
  session: PreparedSession,
  batch: readonly NewExecution[],
  { installationId, userShare, usersWithRoom, claim }: AcceptOptions,
): Promise<AcceptedBatch> {
  const { procs, placeOf } = listProcs(batch);
  const given = batch.map((each, n) => ({
    ...toJsonRow(each, n, placeOf(each.proc)),
    has_room: usersWithRoom?.has(each.userEmail) === true,
  }));
  const placed = userShare === null ? PLACED_AS_GIVEN : placedByShare(userShare);
  // One JSON text each way costs a fraction of the CPU of array parameters and rows of columns.
  const [answer] = await session.run<{ accepted: string; admitted: string }>(
    `accept ${claim.name}${userShare === null ? '' : ' by share'}`,
    Prisma.sql`
    WITH accepted_proc AS MATERIALIZED (
      SELECT place, p.name, p.revision, image,
        CASE WHEN t.name IS NULL THEN snapshot ELSE snapshot || jsonb_build_object('podTemplate', t.template) END AS snapshot
      FROM json_to_recordset(${JSON.stringify(procs)}::json)
        AS p(place int, name text, revision int, image text, snapshot jsonb, registered_at timestamptz)
        LEFT JOIN pod_template t ON t.name = snapshot -> 'pod' ->> 'template'
      WHERE registered_at IS NULL OR ${IS_CURRENT}
    ), given AS MATERIALIZED (
      SELECT g.*, new_execution_id() AS id
      FROM json_to_recordset(${JSON.stringify(given)}::json) AS g(
        n int, proc int, args jsonb, secret_args jsonb, user_email text, remote_address text, callback jsonb,
        waiting_for text, has_room bool, audit_action text, audit_details jsonb, key_identity text, key_route text, key text,
        body_hash text, ${ORIGIN_COLUMN_TYPES})
      WHERE proc IN (SELECT place FROM accepted_proc)
    ), ${claim.ctes}, ${placed}, inserted AS (
      INSERT INTO execution (id, proc_name, proc_revision, job_name, image, args, secret_args, snapshot, user_email,
        remote_address, callback, waiting_for, admitted_at, created_at, updated_at, ${ORIGIN_COLUMNS})
      SELECT id, p.name, p.revision, ${jobNamePrefix(installationId)} || id, p.image, args, secret_args, p.snapshot,
        user_email, remote_address, callback, held_at, CASE WHEN held_at IS NULL THEN clock_timestamp() END,
        execution_id_made_at(id), execution_id_made_at(id), ${ORIGIN_COLUMNS}
      FROM placed JOIN accepted_proc p ON p.place = proc
    ), audited AS (
      INSERT INTO audit_event (actor, action, subject, allowed, address, details)
      SELECT user_email, audit_action, id::text, true, remote_address, audit_details
      FROM placed WHERE audit_action IS NOT NULL
    )
    SELECT
      coalesce(json_agg(json_build_array(n, id, held_at, execution_id_made_at(id)::timestamptz(3)) ORDER BY n), '[]')::text
        AS accepted,
      (SELECT coalesce(json_object_agg(email, admitted), '{}') FROM counted)::text AS admitted
    FROM placed`,
  );
  if (!answer) throw new Error('Postgres answered without a row');
  const rows = JSON.parse(answer.accepted) as [number, number, WaitingFor | null, string][];
  const accepted = rows.map(([index, id, waitingFor, createdAt]) => ({
    ...{ index, id, waitingFor },
    createdAt: new Date(createdAt),
  }));
  return {
    accepted,
    admittedBefore: new Map(Object.entries(JSON.parse(answer.admitted) as Record<string, number>)),
  };
}

/** SQL whether the proc `p (name, revision, registered_at)` is the one that is registered now. */
export const IS_CURRENT = Prisma.sql`EXISTS (
  SELECT FROM proc r WHERE r.name = p.name AND r.revision = p.revision AND r.created_at = p.registered_at)`;

/** The name of an execution's Job and of its gate Secret. */
export function jobNameOf(installationId: string, executionId: number): string {
  return `${jobNamePrefix(installationId)}${executionId}`;
}

function jobNamePrefix(installationId: string): string {
  return `proctor-${installationId}-`;
}

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
    ...auditColumns(execution),
    ...keyColumns(execution.idempotency),
  };
}

function auditColumns({ origin, proc, auditDetails }: NewExecution) {
  const { kind, ...ids } = origin;
  const action = ORIGIN_RULES[kind].auditAction;
  return action && { audit_action: action, audit_details: { proc: proc.name, ...ids, ...auditDetails } };
}

function keyColumns(idempotency: NewExecution['idempotency']) {
  if (!idempotency) return null;
  const { identity, route, key, bodyHash } = idempotency;
  return { key_identity: identity.toWellFormed(), key_route: route, key, body_hash: bodyHash };
}

/** Each proc and revision once: many schedules run the same one. */
function listProcs(batch: readonly NewExecution[]) {
  const keyOf = ({ name, revision, registeredAt }: AcceptedProc) =>
    `${name} ${revision} ${registeredAt?.getTime()}`;
  const byKey = new Map(batch.map(({ proc }) => [keyOf(proc), proc]));
  const places = new Map([...byKey.keys()].map((key, place) => [key, place]));
  return {
    procs: [...byKey.values()].map(({ name, revision, imageName, snapshot, registeredAt }, place) => ({
      ...{ place, name, revision, snapshot },
      image: imageName,
      registered_at: registeredAt?.toISOString(),
    })),
    placeOf: (proc: AcceptedProc) => places.get(keyOf(proc)) ?? -1,
  };
}
