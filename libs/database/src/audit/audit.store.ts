import type { Database } from '../connection/database.js';
import { appendEntry } from './append-entry.js';
import { Prisma } from '../generated/client.js';
import { toHex } from './audit-chain.js';
import type { AuditEntry } from './audit-entry.js';

/** An entry as stored. */
export interface AuditEvent extends Required<AuditEntry> {
  id: number;
  at: Date;
}

/** An entry with its seal; null: it is not sealed yet. */
export interface SealedAuditEvent extends AuditEvent {
  seal: AuditSeal | null;
}

/** A link of the chain that seals the audit trail, hashes as 64 hex digits. */
export interface AuditSeal {
  n: number;
  hash: string;
  rowMac: string;
  settledId: number;
  sealedAt: Date;
}

/** All given conditions must hold. Times: at `since` or later, before `until`. */
export interface AuditFilter {
  actor?: string;
  action?: string;
  subject?: string;
  allowed?: boolean;
  since?: Date;
  until?: Date;
}

/**
 * Append-only; the database refuses changes. Lists are ordered by time, then id: an id is assigned a moment after the
 * time is taken, so ids alone can be slightly out of order for entries of the same moment.
 */
export class AuditStore {
  constructor(private readonly database: Database) {}

  async append(entry: AuditEntry): Promise<void> {
    await appendEntry(this.database.client, entry);
  }

  /** Newest first. @param page `before`: id of the last entry of the previous page; null: the first page */
  async list(
    filter: AuditFilter,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<AuditEvent[]> {
    const from = before === null ? [] : [Prisma.sql`(at, id) < ${placeOf(before)}`];
    return this.select([...conditionsOf(filter), ...from], Prisma.sql`at DESC, id DESC`, limit);
  }

  /**
   * Oldest first. Set `until` to stop at a certain time.
   * @param afterId id of the last entry of the previous page; 0: the first page
   */
  async exportFrom(filter: AuditFilter, afterId: number, limit: number): Promise<SealedAuditEvent[]> {
    const from = afterId === 0 ? [] : [Prisma.sql`(at, id) > ${placeOf(afterId)}`];
    const events = await this.select([...conditionsOf(filter), ...from], Prisma.sql`at, id`, limit);
    const seals = await this.sealsOf(events.map(({ id }) => id));
    return events.map((event) => ({ ...event, seal: seals.get(event.id) ?? null }));
  }

  private async sealsOf(ids: readonly number[]): Promise<Map<number, AuditSeal>> {
    const rows = await this.database.client.auditSeal.findMany({
      where: { auditId: { in: ids.map(BigInt) } },
    });
    return new Map(
      rows.map(({ n, auditId, hash, rowMac, settledId, sealedAt }) => [
        Number(auditId),
        { n: Number(n), hash: toHex(hash), rowMac: toHex(rowMac), settledId: Number(settledId), sealedAt },
      ]),
    );
  }

  private async select(
    conditions: readonly Prisma.Sql[],
    order: Prisma.Sql,
    limit: number,
  ): Promise<AuditEvent[]> {
    const where =
      conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;
    const rows = await this.database.client.$queryRaw<(Omit<AuditEvent, 'id'> & { id: bigint })[]>`
      SELECT id, at, actor, action, subject, allowed, address, details
      FROM audit_event ${where} ORDER BY ${order} LIMIT ${limit}`;
    return rows.map((row) => ({ ...row, id: Number(row.id) }));
  }
}

function placeOf(id: number): Prisma.Sql {
  return Prisma.sql`(SELECT at, id FROM audit_event WHERE id = ${id})`;
}

/** A subject is an email, in any case, or the name of something else. */
function subjectIs(subject: string): Prisma.Sql {
  const inAnyCase = Prisma.sql`lower(subject) = lower(${subject})`;
  return subject.includes('@') ? inAnyCase : Prisma.sql`${inAnyCase} AND subject = ${subject}`;
}

function conditionsOf({ actor, action, subject, allowed, since, until }: AuditFilter): Prisma.Sql[] {
  return [
    ...(actor === undefined ? [] : [Prisma.sql`lower(actor) = lower(${actor})`]),
    ...(action === undefined ? [] : [Prisma.sql`action = ${action}`]),
    ...(subject === undefined ? [] : [subjectIs(subject)]),
    // Spelled as in the partial index.
    ...(allowed === undefined ? [] : [allowed ? Prisma.sql`allowed` : Prisma.sql`NOT allowed`]),
    ...(since === undefined ? [] : [Prisma.sql`at >= ${since}`]),
    ...(until === undefined ? [] : [Prisma.sql`at < ${until}`]),
  ];
}
