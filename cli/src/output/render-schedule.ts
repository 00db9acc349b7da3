import type { ScheduleReply } from '@app/contract';
import { plainLine } from './filter-controls.js';
import { timeIn } from './local-time.js';
import { renderBlackout } from './render-blackout.js';
import { shortTime } from './render-execution.js';
import { formatFields, formatTable } from './table.js';

/**
 * `proctor schedule list`; the sentence for none is v2's.
 * @param hereZone the user's
 */
export function renderScheduleList(schedules: readonly ScheduleReply[], hereZone: string): string {
  if (schedules.length === 0) return 'No scheduled jobs found\n';
  const rows = schedules.map((one) => [
    String(one.id),
    plainLine(one.jobName),
    one.at === undefined ? plainLine(one.cron) : 'once',
    plainLine(one.group),
    plainLine(one.tags),
    plainLine(one.userEmail),
    plainLine(one.timeZone),
    one.enabled ? nextIn(plainLine(one.timeZone), one) : 'paused',
    one.enabled ? nextIn(hereZone, one) : 'paused',
  ]);
  const header = ['ID', 'PROC', 'CRON', 'GROUP', 'TAGS', 'USER', 'ZONE', 'NEXT', `NEXT (${hereZone})`];
  return formatTable(header, rows);
}

/** `proctor schedule describe ID`. @param hereZone the user's */
export function renderSchedule(schedule: ScheduleReply, hereZone: string): string {
  const { at, nextFireAt, notifyOn, blackouts } = schedule;
  const zone = plainLine(schedule.timeZone);
  const fields = formatFields([
    ['Id', String(schedule.id)],
    ['Proc', plainLine(schedule.jobName)],
    at === undefined ? ['Cron', plainLine(schedule.cron)] : ['Once at', inBoth(zone, hereZone, at)],
    ['Zone', zone],
    ['State', stateOf(schedule)],
    ['Next', nextFireAt === undefined ? 'none' : inBoth(zone, hereZone, nextFireAt)],
    ['Overlap', schedule.overlap],
    ['Misfire', `${schedule.misfire}, after ${schedule.misfireGraceSeconds} s`],
    ...blackouts.map((one) => ['Blackout', renderBlackout(one)] as const),
    ['Group', plainLine(schedule.group)],
    ['Tags', plainLine(schedule.tags)],
    ['Notifies', plainLine(schedule.notificationEmails)],
    ['Notifies on', notifyOn.join(', ') || 'nothing'],
    ['User', plainLine(schedule.userEmail)],
    ['Created', shortTime(schedule.createdAt)],
    ['Changed', shortTime(schedule.updatedAt)],
  ]);
  const names = Object.keys(schedule.args).sort();
  if (names.length === 0) return fields;
  const rows = names.map((name) => [`  ${plainLine(name)}`, plainLine(schedule.args[name] ?? '')] as const);
  return `${fields}Args:\n${formatFields(rows)}`;
}

/** `2026-01-31T11:00:00+01:00 (Europe/Berlin), 2026-01-31T10:00:00Z (UTC)`; once, if the zones are the same. */
export function inBoth(zone: string, hereZone: string, instant: string): string {
  const zones = zone === hereZone ? [zone] : [zone, hereZone];
  return zones.map((each) => `${timeIn(each, instant)} (${each})`).join(', ');
}

function stateOf({ enabled, pausedReason }: ScheduleReply): string {
  if (enabled) return 'on';
  return pausedReason === undefined ? 'paused' : `paused: ${plainLine(pausedReason)}`;
}

function nextIn(zone: string, { nextFireAt }: ScheduleReply): string {
  return nextFireAt === undefined ? 'none' : timeIn(zone, nextFireAt);
}
