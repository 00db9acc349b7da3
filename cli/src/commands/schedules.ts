import type { ReplyOf } from '@app/contract';
import { queryOf } from '../args/read-query.js';
import { openGateway, type Context } from '../context.js';
import { inBoth, renderSchedule, renderScheduleList } from '../output/render-schedule.js';
import { readScheduleId } from './read-execution-id.js';

/** @param all those that are paused too */
export async function listSchedules(context: Context, all: boolean): Promise<number> {
  const gateway = await openGateway(context);
  const schedules: ReplyOf<'listSchedules'> = [];
  for (let cursor: string | undefined; ;) {
    const query = queryOf({ all: all ? 'true' : undefined, cursor });
    const page = await gateway.call('listSchedules', { query });
    const last = page.at(-1);
    if (!last) break;
    schedules.push(...page);
    cursor = String(last.id);
  }
  await context.printer.result(renderScheduleList(schedules, context.env.timeZone), schedules);
  return 0;
}

export async function describeSchedule(context: Context, idText: string): Promise<number> {
  const id = readScheduleId(idText);
  const schedule = await (await openGateway(context)).call('getSchedule', { params: { id } });
  await context.printer.result(renderSchedule(schedule, context.env.timeZone), schedule);
  return 0;
}

/** Without a question, as in v2. */
export async function removeSchedule(context: Context, idText: string): Promise<number> {
  const id = readScheduleId(idText);
  const text = await (await openGateway(context)).call('removeSchedule', { params: { id } });
  await context.printer.result(`${text}\n`, { id: Number(id), removed: true });
  return 0;
}

/** Pauses or resumes. */
export async function enableSchedule(context: Context, idText: string, enabled: boolean): Promise<number> {
  const id = readScheduleId(idText);
  const client = await openGateway(context);
  const schedule = await client.call('updateSchedule', { params: { id }, body: { enabled } });
  const { nextFireAt, timeZone } = schedule;
  const next =
    nextFireAt === undefined ? '' : `Next: ${inBoth(timeZone, context.env.timeZone, nextFireAt)}\n`;
  const text = enabled
    ? `Schedule ${id} is on again.\n${next}`
    : `Schedule ${id} is paused, and in \`proctor schedule list --all\` only.\nTo go on: proctor schedule resume ${id}\n`;
  await context.printer.result(text, schedule);
  return 0;
}
