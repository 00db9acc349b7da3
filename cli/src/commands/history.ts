import { listExecutionsQuery, MAX_PAGE } from '@app/contract';
import { checkQuery, queryOf, readTime } from '../args/read-query.js';
import { openGateway, type Context } from '../context.js';
import { HISTORY_HEADER, historyRow } from '../output/render-execution.js';
import { pagedTable } from '../output/table.js';
import { readPages } from './read-pages.js';

export interface HistoryOptions {
  proc: string | undefined;
  user: string | undefined;
  /** Only the caller's own. */
  mine: boolean;
  /** In any case, several also with commas. */
  statuses: readonly string[];
  schedule: string | undefined;
  since: string | undefined;
  until: string | undefined;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Prints each page as it comes; as JSON: one object a page, one a line. */
export async function history(context: Context, options: HistoryOptions): Promise<number> {
  const { printer } = context;
  const nowMs = Date.now();
  const query = queryOf({
    proc: options.proc,
    user: options.user,
    status: options.statuses.length > 0 ? options.statuses.join(',').toUpperCase() : undefined,
    schedule: options.schedule,
    since: readTime('--since', options.since, nowMs),
    until: readTime('--until', options.until, nowMs),
    limit: options.limit ?? (options.all ? String(MAX_PAGE) : undefined),
  });
  checkQuery(listExecutionsQuery, query);
  const client = await openGateway(context);
  if (options.mine) query['user'] = (await client.call('whoAmI')).email;

  const table = pagedTable(HISTORY_HEADER);
  const pages = readPages(
    async (cursor) => await client.call('listExecutions', { query: { ...query, ...cursor } }),
    options.all,
  );
  let count = 0;
  let next: string | undefined;
  for await (const page of pages) {
    count += page.executions.length;
    next = page.next;
    if (count === 0) await printer.result('', page);
    else await printer.result(table(page.executions.map((one) => historyRow(one, nowMs))), page);
  }
  if (count === 0) printer.note('No executions found.');
  if (next !== undefined) printer.note('There are more: --all, or --limit up to 500.');
  return 0;
}
