import type { Database } from '../connection/database.js';
import { Prisma } from '../generated/client.js';
import { toLogRow, type LogRow, type LogRowOfDatabase } from './log-row.js';

const MAX_WINDOW_BYTES = 4 * 1024 * 1024;
const MAX_MATCH_CHARACTERS = 1_000;

/** Rows from the first, or up to the last. */
export type LogWindow = { limit: number } & ({ fromSeq: number } | { toSeq: number | null });

export interface LogMatch {
  seq: number;
  text: string;
}

/** Parts of stored logs by the numbers of their rows. */
export class LogWindowsStore {
  constructor(private readonly database: Database) {}

  /**
   * In order: at most `limit` rows and about 4 MiB of text, at least one if there is one.
   * @param window `toSeq` null: the last row
   */
  async read(executionId: number, window: LogWindow): Promise<LogRow[]> {
    const isForward = 'fromSeq' in window;
    const [order, bound] = isForward
      ? [Prisma.sql`ASC`, Prisma.sql`seq >= ${window.fromSeq}`]
      : [Prisma.sql`DESC`, window.toSeq === null ? Prisma.sql`true` : Prisma.sql`seq <= ${window.toSeq}`];
    const rows = await this.database.client.$queryRaw<LogRowOfDatabase[]>`
      SELECT seq, kind, text, ends_line, stamped_at FROM (
        SELECT *, sum(octet_length(text)) OVER (ORDER BY seq ${order}) - octet_length(text) AS bytes_before FROM (
          SELECT seq, kind, text, ends_line, stamped_at FROM execution_log
          WHERE execution_id = ${executionId} AND ${bound} ORDER BY seq ${order} LIMIT ${window.limit}) page) counted
      WHERE bytes_before < ${MAX_WINDOW_BYTES} ORDER BY seq`;
    return rows.map(toLogRow);
  }

  /**
   * The rows with this text from `fromSeq` on, at most `limit`, and how many rows of the whole log have it.
   * @param ignoresCase whether upper and lower case are the same
   */
  async search(
    executionId: number,
    {
      text,
      ignoresCase,
      fromSeq,
      limit,
    }: { text: string; ignoresCase: boolean; fromSeq: number; limit: number },
  ): Promise<{ count: number; matches: LogMatch[] }> {
    const has = ignoresCase ? hasInAnyCase(text) : Prisma.sql`strpos(text, ${text}) > 0`;
    const [total] = await this.database.client.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM execution_log WHERE execution_id = ${executionId} AND ${has}`;
    const count = Number(total?.count ?? 0);
    if (count === 0) return { count, matches: [] };
    const matches = await this.database.client.$queryRaw<LogMatch[]>`
      SELECT seq, left(text, ${MAX_MATCH_CHARACTERS}) AS text FROM execution_log
      WHERE execution_id = ${executionId} AND seq >= ${fromSeq} AND ${has} ORDER BY seq LIMIT ${limit}`;
    return { count, matches };
  }
}

/** Databases with the collation C lower ASCII alone. ICU, which is several times slower, lowers every alphabet. */
function hasInAnyCase(text: string): Prisma.Sql {
  const isAscii = /^[ -~\t]*$/.test(text);
  return isAscii
    ? Prisma.sql`strpos(lower(text), lower(${text})) > 0`
    : Prisma.sql`strpos(lower(text COLLATE "und-x-icu"), lower(${text} COLLATE "und-x-icu")) > 0`;
}
