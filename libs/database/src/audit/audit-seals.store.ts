import type { Database, Session } from '../connection/database.js';
import { CHAIN_START, hashLink, macRow, toHex, type Link, type SealedRow } from './audit-chain.js';
import { SettledIds, type WriterSnapshot } from './settled-ids.js';

/** The end of the chain. Whoever has written it down can later tell whether the chain still leads there. */
export interface ChainHead {
  n: number;
  /** 64 hex digits. */
  hash: string;
}

/** Null: another process is sealing. */
export type SealedBatch = {
  /** How many rows it sealed. */
  count: number;
  /** Null: the chain is empty. */
  head: ChainHead | null;
  /** The hash that the chain has now at the place of `known`; null: none. */
  knownHash: string | null;
} | null;

/** Of the audit rows that have no seal yet. */
export interface UnsealedRows {
  /** At most `MAX_COUNTED`. */
  count: number;
  /** 0: every row is sealed. */
  oldestSeconds: number;
}

const MAX_COUNTED = 10_000;

/** For pg_advisory_xact_lock; any number that nothing else here uses. */
const LOCK = 7_361_900_412n;

/** Appends to the chain of seals. One instance per process. */
export class AuditSealsStore {
  private readonly settledIds = new SettledIds();

  constructor(private readonly database: Database) {}

  /**
   * Seals the oldest rows without a seal, in one transaction. Processes may call it at the same time: one seals.
   * @param known a head from earlier
   * @throws Error if the newest seal was not made with this key: its `settledId` could keep rows from ever being sealed
   */
  async sealNext(key: Uint8Array, limit: number, known: ChainHead | null): Promise<SealedBatch> {
    return await this.database.transaction(async (session) => {
      const lastId = await takeTurn(session);
      if (lastId === null) return null;
      // Statements of their own, which see what the last holder of the lock has committed.
      const before = await readHead(session, known);
      checkEnd(key, before);
      const settledId = max(this.settledIds.observe({ lastId, writers: before.writers }), before.settledId);
      const rows = await readUnsealed(session, before.settledId, limit);
      const seals = chain(key, before, rows, settledUpTo(rows, limit, settledId, before.settledId));
      if (seals.length > 0) await insert(session, seals);
      const { n, hash } = seals.at(-1) ?? before;
      const head = n === 0n ? null : { n: Number(n), hash: toHex(hash) };
      return { count: seals.length, head, knownHash: before.knownHash && toHex(before.knownHash) };
    });
  }

  async countUnsealed(): Promise<UnsealedRows> {
    const [row] = await this.database.client.$queryRaw<UnsealedRows[]>`
      SELECT count(*)::float8 AS count, coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS "oldestSeconds"
      FROM (
        SELECT at FROM audit_event e
        WHERE id > coalesce((SELECT settled_id FROM audit_seal ORDER BY n DESC LIMIT 1), 0)
          AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = e.id)
        ORDER BY id LIMIT ${MAX_COUNTED}
      ) AS unsealed`;
    return row ?? { count: 0, oldestSeconds: 0 };
  }
}

type ChainEnd = Link & {
  hash: Uint8Array;
  /** Null: the link before is missing. */
  previousHash: Uint8Array | null;
  now: Date;
};

type Seal = Link & { hash: Uint8Array };

/** The newest id that was taken; null: another process is sealing. */
async function takeTurn(session: Session): Promise<bigint | null> {
  const [row] = await session.$queryRaw<{ isOurs: boolean; lastId: bigint | null }[]>`
    SELECT pg_try_advisory_xact_lock(${LOCK}) AS "isOurs",
      pg_sequence_last_value(pg_get_serial_sequence('audit_event', 'id')::regclass) AS "lastId"`;
  return row?.isOurs ? (row.lastId ?? 0n) : null;
}

/** Of an empty chain. */
const NO_LINK = {
  ...{ n: 0n, auditId: 0n, rowMac: CHAIN_START, hash: CHAIN_START },
  ...{ settledId: 0n, sealedAt: new Date(0) },
};

type HeadRow = Seal | { [Column in keyof Seal]: null };

/** Call it after `takeTurn`: the writers must be read after the newest id. */
async function readHead(
  session: Session,
  known: ChainHead | null,
): Promise<ChainEnd & Pick<WriterSnapshot, 'writers'> & { knownHash: Uint8Array | null }> {
  const [row] = await session.$queryRaw<
    (HeadRow & {
      now: Date;
      writers: string[];
      previousHash: Uint8Array | null;
      knownHash: Uint8Array | null;
    })[]
  >`
    SELECT n, audit_id AS "auditId", row_mac AS "rowMac", hash, settled_id AS "settledId", sealed_at AS "sealedAt",
      now()::timestamptz(3) AS now,
      (SELECT hash FROM audit_seal before WHERE before.n = head.n - 1) AS "previousHash",
      ARRAY(
        SELECT DISTINCT virtualtransaction FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'audit_event'::regclass
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      ) AS writers,
      (SELECT hash FROM audit_seal WHERE n = ${BigInt(known?.n ?? 0)}) AS "knownHash"
    FROM (VALUES (true)) AS one LEFT JOIN (SELECT * FROM audit_seal ORDER BY n DESC LIMIT 1) AS head ON true`;
  if (!row) throw new Error('the head of the audit chain could not be read');
  return row.n === null ? { ...row, ...NO_LINK } : row;
}

/** Whoever can write to the table could append a seal that says that every row is sealed. @throws Error */
function checkEnd(key: Uint8Array, end: ChainEnd): void {
  const previous = end.n === 1n ? CHAIN_START : end.previousHash;
  if (end.n === 0n || (previous && hashLink(key, previous, end).equals(end.hash))) return;
  throw new Error(`The newest seal, ${end.n}, does not continue the chain: run \`proctor audit verify\`.`);
}

async function readUnsealed(session: Session, settledId: bigint, limit: number): Promise<SealedRow[]> {
  return await session.$queryRaw<SealedRow[]>`
    SELECT id, at, actor, action, subject, allowed, address, details::text AS details
    FROM audit_event e
    WHERE id > ${settledId} AND NOT EXISTS (
      SELECT 1 FROM audit_seal s WHERE s.audit_id = e.id AND s.audit_id > ${settledId})
    ORDER BY id LIMIT ${limit}`;
}

/** A full batch may have left rows behind that have higher ids. */
function settledUpTo(rows: readonly SealedRow[], limit: number, settledId: bigint, before: bigint): bigint {
  const last = rows.at(-1);
  return last && rows.length === limit ? max(before, settledId < last.id ? settledId : last.id) : settledId;
}

function chain(key: Uint8Array, end: ChainEnd, rows: readonly SealedRow[], settledId: bigint): Seal[] {
  let { n, hash } = end;
  return rows.map((row, index) => {
    n += 1n;
    const isLast = index === rows.length - 1;
    const link: Link = {
      n,
      auditId: row.id,
      rowMac: macRow(key, row),
      settledId: isLast ? settledId : end.settledId,
      sealedAt: end.now,
    };
    hash = hashLink(key, hash, link);
    return { ...link, hash };
  });
}

async function insert(session: Session, seals: readonly Seal[]): Promise<void> {
  const column = (read: (seal: Seal) => string) => seals.map(read);
  await session.$executeRaw`
    INSERT INTO audit_seal (n, audit_id, row_mac, hash, settled_id, sealed_at)
    SELECT n, audit_id, decode(row_mac, 'hex'), decode(hash, 'hex'), settled_id, ${seals[0]?.sealedAt}::timestamptz
    FROM unnest(
      ${column(({ n }) => String(n))}::text[]::bigint[],
      ${column(({ auditId }) => String(auditId))}::text[]::bigint[],
      ${column(({ rowMac }) => toHex(rowMac))}::text[],
      ${column(({ hash }) => toHex(hash))}::text[],
      ${column(({ settledId }) => String(settledId))}::text[]::bigint[]
    ) AS seal (n, audit_id, row_mac, hash, settled_id)`;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
