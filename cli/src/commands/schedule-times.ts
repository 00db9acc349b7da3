import { MAX_PAGE, nextTimesQuery, scheduleHistoryQuery } from '@app/contract';
import { checkQuery, queryOf } from '../args/read-query.js';
import { openGateway, type Context } from '../context.js';
import { plainLine } from '../output/filter-controls.js';
import { renderNextTimes, tickHeader, tickRow } from '../output/render-schedule-times.js';
import { pagedTable } from '../output/table.js';
import { readScheduleId } from './read-execution-id.js';
import { readPages } from './read-pages.js';

export async function nextTimes(
  context: Context,
  options: { id: string; count: string | undefined },
): Promise<number> {
  const { printer, env } = context;
  const id = readScheduleId(options.id);
  const query = queryOf({ count: options.count });
  checkQuery(nextTimesQuery, query);
  const client = await openGateway(context);
  const reply = await client.call('getScheduleNext', { params: { id }, query });
  const { enabled, pausedReason } = await client.call('getSchedule', { params: { id } });
  await printer.result(renderNextTimes(reply, env.timeZone), reply);
  // The times are as if it were on.
  if (!enabled) printer.note(`It is paused${pausedReason ? `: ${plainLine(pausedReason)}` : '.'}`);
  return 0;
}

export interface ScheduleHistoryOptions {
  id: string;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Newest first, a page at a time; as JSON: one object a page, one a line. */
export async function scheduleHistory(context: Context, options: ScheduleHistoryOptions): Promise<number> {
  const { printer, env } = context;
  const { limit, all } = options;
  const id = readScheduleId(options.id);
  const query = queryOf({ limit: limit ?? (all ? String(MAX_PAGE) : undefined) });
  checkQuery(scheduleHistoryQuery, query);
  const client = await openGateway(context);
  const { timeZone } = await client.call('getSchedule', { params: { id } });

  const table = pagedTable(tickHeader(timeZone, env.timeZone));
  const read = async (cursor: { cursor?: string }) =>
    await client.call('getScheduleHistory', { params: { id }, query: { ...query, ...cursor } });
  let count = 0;
  let next: string | undefined;
  for await (const page of readPages(read, all)) {
    count += page.ticks.length;
    next = page.next;
    const rows = page.ticks.map((tick) => tickRow(tick, timeZone, env.timeZone));
    await printer.result(count === 0 ? '' : table(rows), page);
  }
  if (count === 0) printer.note('It has not come to fire yet.');
  if (next !== undefined) printer.note('There are more: --all, or --limit up to 500.');
  return 0;
}
