import { MAX_PAGE, nextTimesQuery, scheduleHistoryQuery } from '@app/contract';
import { readPages } from '@app/gateway-client';
import { readQuery } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { scheduleState } from '../output/render-schedule.js';
import { renderNextTimes, tickHeader, tickRow } from '../output/render-schedule-times.js';
import { printPages } from './print-pages.js';
import { readScheduleId } from './read-id.js';

export async function nextTimes(
  context: Context,
  options: { id: string; count: string | undefined },
): Promise<number> {
  const { printer, env } = context;
  const id = readScheduleId(options.id);
  const query = readQuery(nextTimesQuery, { count: options.count });
  const client = await openGateway(context);
  const reply = await client.call('getScheduleNext', { params: { id }, query });
  const schedule = await client.call('getSchedule', { params: { id } });
  await printer.result(renderNextTimes(reply, env.timeZone), reply);
  // The gateway computes the times as if the schedule were active.
  if (!schedule.enabled)
    printer.note(`The schedule is ${scheduleState(schedule, env.timeZone).replace(/\.?$/, '.')}`);
  return 0;
}

export interface ScheduleHistoryOptions {
  id: string;
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Newest first. */
export async function scheduleHistory(context: Context, options: ScheduleHistoryOptions): Promise<number> {
  const { env } = context;
  const { limit, all } = options;
  const id = readScheduleId(options.id);
  const query = readQuery(scheduleHistoryQuery, { limit: limit ?? (all ? String(MAX_PAGE) : undefined) });
  const client = await openGateway(context);
  const { timeZone } = await client.call('getSchedule', { params: { id } });
  await printPages(context, readPages(client, 'getScheduleHistory', { params: { id }, query }), {
    all,
    header: tickHeader(timeZone, env.timeZone),
    rowsOf: (page) => page.ticks.map((tick) => tickRow(tick, timeZone, env.timeZone)),
    none: 'The schedule has not run yet.',
  });
  return 0;
}
