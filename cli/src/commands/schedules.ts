import { readPages } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { inBoth, renderSchedule, renderScheduleList } from '../output/render-schedule.js';
import { tellWarnings } from '../output/tell-warnings.js';
import { collectItems } from './print-pages.js';
import { readScheduleId } from './read-id.js';

/** @param all include paused schedules */
export async function listSchedules(context: Context, all: boolean): Promise<number> {
  const client = await openGateway(context);
  const query = { all: all || undefined };
  const schedules = await collectItems(readPages(client, 'listSchedules', { query }), (page) => page);
  await context.printer.result(renderScheduleList(schedules, context.env.timeZone), schedules);
  return 0;
}

export async function describeSchedule(context: Context, idText: string): Promise<number> {
  const id = readScheduleId(idText);
  const schedule = await (await openGateway(context)).call('getSchedule', { params: { id } });
  await context.printer.result(renderSchedule(schedule, context.env.timeZone), schedule);
  return 0;
}

/** Without confirmation, as in v2. */
export async function removeSchedule(context: Context, idText: string): Promise<number> {
  const id = readScheduleId(idText);
  const text = await (await openGateway(context)).call('removeSchedule', { params: { id } });
  await context.printer.result(`${text}\n`, { id: Number(id), removed: true });
  return 0;
}

/** Resumes or pauses. */
export async function enableSchedule(context: Context, idText: string, enabled: boolean): Promise<number> {
  const id = readScheduleId(idText);
  const client = await openGateway(context);
  const schedule = await client.call('updateSchedule', { params: { id }, body: { enabled } });
  const { nextFireAt, timeZone } = schedule;
  const next =
    nextFireAt === undefined ? '' : `Next: ${inBoth(timeZone, context.env.timeZone, nextFireAt)}\n`;
  const text = enabled
    ? `Schedule ${id} is active.\n${next}`
    : `Schedule ${id} is paused. See it with \`proctor schedule list --all\`.\nIts owner can resume it: proctor schedule resume ${id}\n`;
  await context.printer.result(text, schedule);
  tellWarnings(context, schedule);
  return 0;
}
