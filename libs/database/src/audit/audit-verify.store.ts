import type { Database } from '../connection/database.js';
import { CHAIN_START, hashLink, macRow, toHex, type Link, type SealedRow } from './audit-chain.js';
import type { ChainHead } from './audit-seals.store.js';

/**
 * - removed: the row of a seal is gone
 * - changed: a row is not as it was sealed, or lies where another one was sealed
 * - inserted: a row among sealed ones has no seal
 * - unsealed: a row has been waiting for its seal for too long
 * - chain: a seal is missing, or does not continue the one before
 * - head: a head that was written down is not in the chain
 */
type AuditProblemKind = 'removed' | 'changed' | 'inserted' | 'unsealed' | 'chain' | 'head';

export interface AuditProblem {
  kind: AuditProblemKind;
  /** Of the seal, if the problem is at one. */
  n?: number;
  /** Of the audit row, if the problem is at one. */
  id?: number;
  message: string;
}

/** A part of the chain that was checked. */
export interface CheckedLinks {
  count: number;
  /** The last link that was checked; null: there was none left. */
  last: ChainHead | null;
  problems: AuditProblem[];
}

/** Rows in order of their ids that were searched for missing seals. */
export interface CheckedRows {
  count: number;
  /** Null: there was none left. */
  lastId: bigint | null;
  /** Rows that are too young to have a seal. */
  waiting: number;
  problems: AuditProblem[];
}

/** A gateway seals within seconds; an outage of every gateway may take longer. */
const SEALED_WITHIN = '10 minutes';

/** Checks the audit trail against its seals. Reads only; each call reads a bounded number of rows. */
export class AuditVerifyStore {
  constructor(private readonly database: Database) {}

  async countLinks(): Promise<number> {
    const [row] = await this.database.client.$queryRaw<
      { n: bigint | null }[]
    >`SELECT max(n) AS n FROM audit_seal`;
    return Number(row?.n ?? 0);
  }

  /** Null: the head is in the chain. */
  async checkHead({ n, hash }: ChainHead): Promise<AuditProblem | null> {
    const [row] = await this.database.client.$queryRaw<{ hash: string }[]>`
      SELECT encode(hash, 'hex') AS hash FROM audit_seal WHERE n = ${BigInt(n)}`;
    if (row?.hash === hash.toLowerCase()) return null;
    const message = row
      ? `Seal ${n} has another hash than the head that was written down: the chain was rewritten.`
      : `Seal ${n}, the head that was written down, is missing: the end of the chain was cut off.`;
    return { kind: 'head', n, message };
  }

  /** @param afterN the last link that was checked; null: begins at the start */
  async checkLinks(key: Uint8Array, afterN: number | null, limit: number): Promise<CheckedLinks> {
    const after = afterN === null ? null : BigInt(afterN);
    const [previous, rows] = await Promise.all([this.hashOf(after), this.readLinks(after, limit)]);
    const problems: AuditProblem[] = [];
    let link = { n: after !== null && after > 0n ? after : 0n, hash: previous };
    for (const row of rows) {
      const problem = checkGap(link.n, row) ?? checkLink(key, link.hash, row) ?? checkRow(key, row);
      if (problem) problems.push(problem);
      // A seal before the first one was put there: the chain goes on without it.
      if (row.n > 0n) link = row;
    }
    const end = rows.at(-1);
    const last = end ? { n: Number(end.n), hash: toHex(end.hash) } : null;
    return { count: rows.length, last, problems };
  }

  /** @param afterId the last row that was searched; null: begins at the start */
  async checkRows(afterId: bigint | null, limit: number): Promise<CheckedRows> {
    // Read before the rows: up to this id every row has its seal.
    const [head] = await this.database.client.$queryRaw<{ settledId: bigint }[]>`
      SELECT settled_id AS "settledId" FROM audit_seal ORDER BY n DESC LIMIT 1`;
    const [page] = await this.database.client.$queryRaw<{ count: number; lastId: bigint | null }[]>`
      SELECT count(*)::float8 AS count, max(id) AS "lastId" FROM (
        SELECT id FROM audit_event WHERE (${afterId}::bigint IS NULL OR id > ${afterId}::bigint)
        ORDER BY id LIMIT ${limit}) AS page`;
    const { count = 0, lastId = null } = page ?? {};
    if (lastId === null) return { count, lastId, waiting: 0, problems: [] };
    const unsealed = await this.database.client.$queryRaw<{ id: bigint; isLate: boolean }[]>`
      SELECT id, at < now() - ${SEALED_WITHIN}::interval AS "isLate"
      FROM audit_event e
      WHERE (${afterId}::bigint IS NULL OR id > ${afterId}::bigint) AND id <= ${lastId}
        AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = e.id AND s.audit_id <= ${lastId})
      ORDER BY id`;
    const problems = unsealed.flatMap(({ id, isLate }) =>
      describeUnsealed(id, isLate, head?.settledId ?? 0n),
    );
    return { count, lastId, waiting: unsealed.length - problems.length, problems };
  }

  private async hashOf(n: bigint | null): Promise<Uint8Array> {
    if (n === null || n < 1n) return CHAIN_START;
    const [row] = await this.database.client.$queryRaw<{ hash: Uint8Array }[]>`
      SELECT hash FROM audit_seal WHERE n = ${n}`;
    // Removed since it was checked: the next link then continues nothing.
    return row?.hash ?? CHAIN_START;
  }

  private async readLinks(after: bigint | null, limit: number): Promise<StoredLink[]> {
    return await this.database.client.$queryRaw<StoredLink[]>`
      SELECT s.n, s.audit_id AS "auditId", s.row_mac AS "rowMac", s.hash, s.settled_id AS "settledId", s.sealed_at AS "sealedAt",
        e.id, e.at, e.actor, e.action, e.subject, e.allowed, e.address, e.details::text AS details
      FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.audit_id
      WHERE (${after}::bigint IS NULL OR s.n > ${after}::bigint) ORDER BY s.n LIMIT ${limit}`;
  }
}

type StoredLink = Link & { hash: Uint8Array } & (SealedRow | { id: null });

function checkGap(previousN: bigint, { n }: StoredLink): AuditProblem | null {
  if (n === previousN + 1n) return null;
  const [first, last] = [previousN + 1n, n - 1n];
  const message =
    n < 1n
      ? `Seal ${n} is not part of the chain.`
      : first === last
        ? `Seal ${first} is missing.`
        : `The seals ${first} to ${last} are missing.`;
  return { kind: 'chain', n: Number(n), message };
}

function checkLink(key: Uint8Array, previous: Uint8Array, link: StoredLink): AuditProblem | null {
  if (hashLink(key, previous, link).equals(link.hash)) return null;
  const { n, auditId } = link;
  const message = `Seal ${n}, of audit row ${auditId}, does not continue the seal before it: one of the two was changed.`;
  return { kind: 'chain', n: Number(n), id: Number(auditId), message };
}

function checkRow(key: Uint8Array, link: StoredLink): AuditProblem | null {
  const place = { n: Number(link.n), id: Number(link.auditId) };
  if (link.id === null) {
    return { kind: 'removed', ...place, message: `Audit row ${place.id}, sealed as ${place.n}, is missing.` };
  }
  if (macRow(key, link).equals(link.rowMac)) return null;
  const message = `Audit row ${place.id} is not as it was sealed (${place.n}): it was changed, or exchanged with another row.`;
  return { kind: 'changed', ...place, message };
}

function describeUnsealed(id: bigint, isLate: boolean, settledId: bigint): AuditProblem[] {
  if (id <= settledId) {
    const message = `Audit row ${id} has no seal, but the rows around it have: it was inserted, or its seal was removed.`;
    return [{ kind: 'inserted', id: Number(id), message }];
  }
  const message = `Audit row ${id} has been waiting for its seal for more than ${SEALED_WITHIN}. See the logs of the gateways.`;
  return isLate ? [{ kind: 'unsealed', id: Number(id), message }] : [];
}
