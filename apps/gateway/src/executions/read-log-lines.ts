import type { ParamsOf, QueryOf, ReplyOf } from '@app/contract';
import type { LogWindowsStore, LogsStore } from '@app/database';
import type { Requester } from '../authentication/access.js';
import type { FindExecution } from './find-execution.js';
import { toLine } from './number-lines.js';

/** Reads and searches stored logs by the numbers of their lines. */
export class ReadLogLines {
  constructor(
    private readonly finder: Pick<FindExecution, 'find'>,
    private readonly windows: LogWindowsStore,
    private readonly logs: Pick<LogsStore, 'findEnd'>,
  ) {}

  /** @throws AppError `not_found`, `forbidden` */
  async read(
    { id }: ParamsOf<'readLogLines'>,
    { from, to, lines: limit }: QueryOf<'readLogLines'>,
    requester: Requester,
  ): Promise<ReplyOf<'readLogLines'>> {
    // Before the lines are read: a reader who is told that it has ended must have seen them all.
    const { endedAt } = await this.finder.find(id, requester);
    const window = from === undefined ? { limit, toSeq: to ?? null } : { limit, fromSeq: from };
    const rows = await this.windows.read(Number(id), window);
    const last = await this.logs.findEnd(Number(id));
    return { lines: rows.map(toLine), last, has_ended: endedAt !== null };
  }

  /** @throws AppError as `read` does */
  async search(
    { id }: ParamsOf<'searchLog'>,
    { q: text, from: fromSeq, limit }: QueryOf<'searchLog'>,
    requester: Requester,
  ): Promise<ReplyOf<'searchLog'>> {
    await this.finder.find(id, requester);
    const ignoresCase = text === text.toLowerCase();
    const options = { text, ignoresCase, fromSeq, limit: limit + 1 };
    const { count, matches } = await this.windows.search(Number(id), options);
    const next = matches[limit];
    return {
      count,
      matches: matches.slice(0, limit).map((match) => ({ n: match.seq, text: match.text })),
      ...(next && { next: next.seq }),
    };
  }
}
