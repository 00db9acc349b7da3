import { listExecutionsQuery, MAX_PAGE } from '@app/contract';
import { readPages } from '@app/gateway-client';
import { readQuery, readTime } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { HISTORY_HEADER, historyRow } from '../output/render-execution.js';
import { printPages } from './print-pages.js';

export interface HistoryOptions {
  proc: string | undefined;
  user: string | undefined;
  /** Only the caller's own. */
  mine: boolean;
  /** In upper or lower case, also several separated by commas. */
  statuses: readonly string[];
  schedule: string | undefined;
  since: string | undefined;
  until: string | undefined;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Newest first. */
export async function history(context: Context, options: HistoryOptions): Promise<number> {
  const { statuses, all } = options;
  const nowMs = Date.now();
  const query = readQuery(listExecutionsQuery, {
    proc: options.proc,
    user: options.user,
    status: statuses.length > 0 ? statuses.join(',').toUpperCase() : undefined,
    schedule: options.schedule,
    since: readTime('--since', options.since, nowMs),
    until: readTime('--until', options.until, nowMs),
    limit: options.limit ?? (all ? String(MAX_PAGE) : undefined),
  });
  const client = await openGateway(context);
  if (options.mine) query.user = (await client.call('whoAmI')).email;
  await printPages(context, readPages(client, 'listExecutions', { query }), {
    all,
    header: HISTORY_HEADER,
    rowsOf: (page) => page.executions.map((execution) => historyRow(execution, nowMs)),
    none: 'No executions found.',
  });
  return 0;
}
