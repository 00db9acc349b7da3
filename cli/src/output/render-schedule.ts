import type { ScheduleReply } from '@app/contract';
import { readOneShotEnd, plainLine } from '@app/domain';
import { timeIn } from './local-time.js';
import { renderBlackout } from './render-blackout.js';
import { shortTime } from './render-execution.js';
import { formatFields, formatTable } from './table.js';

/**
 * `proctor schedule list`. The sentence for an empty list is v2's.
 * @param localZone the user's
 */
export function renderScheduleList(schedules: readonly ScheduleReply[], localZone: string): string {
  if (schedules.length === 0) return 'No scheduled jobs found\n';
  const rows = schedules.map((schedule) => [
    String(schedule.id),
    plainLine(schedule.jobName),
    schedule.at === undefined ? plainLine(schedule.cron) : 'once',
    plainLine(schedule.group),
    plainLine(schedule.tags),
    plainLine(schedule.userEmail),
    plainLine(schedule.timeZone),
    schedule.enabled ? nextIn(plainLine(schedule.timeZone), schedule) : 'paused',
    schedule.enabled ? nextIn(localZone, schedule) : 'paused',
  ]);
  const header = ['ID', 'PROC', 'CRON', 'GROUP', 'TAGS', 'USER', 'ZONE', 'NEXT', `NEXT (${localZone})`];
  return formatTable(header, rows);
}

/** `proctor schedule describe ID`. @param localZone the user's */
export function renderSchedule(schedule: ScheduleReply, localZone: string): string {
  const { at, nextFireAt, notifyOn, blackouts } = schedule;
  const zone = plainLine(schedule.timeZone);
  const fields = formatFields([
    ['Id', String(schedule.id)],
    ['Proc', plainLine(schedule.jobName)],
    at === undefined ? ['Cron', plainLine(schedule.cron)] : ['Once at', inBoth(zone, localZone, at)],
    ['Zone', zone],
    ['State', scheduleState(schedule, localZone)],
    ['Next', nextFireAt === undefined ? 'none' : inBoth(zone, localZone, nextFireAt)],
    ['Overlap', schedule.overlap],
    ['Misfire', `${schedule.misfire}, after ${schedule.misfireGraceSeconds} s`],
    ...blackouts.map((blackout) => ['Blackout', renderBlackout(blackout)] as const),
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
  return `${fields}Arguments:\n${formatFields(rows)}`;
}

/** `2026-01-31T11:00:00+01:00 (Europe/Berlin), 2026-01-31T10:00:00Z (UTC)`; once, if the zones are the same. */
export function inBoth(zone: string, localZone: string, instant: string): string {
  const zones = zone === localZone ? [zone] : [zone, localZone];
  return zones.map((each) => `${timeIn(each, instant)} (${each})`).join(', ');
}

/** `active`, `paused: WHY`, or what became of a single run. */
export function scheduleState({ enabled, pausedReason, at }: ScheduleReply, localZone: string): string {
  if (enabled) return 'active';
  const end = at === undefined ? null : readOneShotEnd(pausedReason);
  if (at !== undefined && end) {
    const time = timeIn(localZone, at);
    if (end.kind === 'ran') return `done: ran once at ${time}`;
    return `done: was due at ${time} and was ${end.kind}: ${plainLine(end.reason)}`;
  }
  return pausedReason === undefined ? 'paused' : `paused: ${plainLine(pausedReason)}`;
}

function nextIn(zone: string, { nextFireAt }: ScheduleReply): string {
  return nextFireAt === undefined ? 'none' : timeIn(zone, nextFireAt);
}
