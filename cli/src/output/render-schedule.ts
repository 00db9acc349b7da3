import type { ScheduleReply } from '@app/contract';
import { plainLine } from './filter-controls.js';
import { shortTime } from './render-execution.js';
import { formatFields, formatTable } from './table.js';

/** `proctor schedule list`; the sentence for none is v2's. */
export function renderScheduleList(schedules: readonly ScheduleReply[]): string {
  if (schedules.length === 0) return 'No scheduled jobs found\n';
  const rows = schedules.map((one) => [
    String(one.id),
    plainLine(one.jobName),
    plainLine(one.cron),
    plainLine(one.group),
    plainLine(one.tags),
    plainLine(one.userEmail),
  ]);
  return formatTable(['ID', 'PROC', 'CRON', 'GROUP', 'TAGS', 'USER'], rows);
}

/** `proctor schedule describe ID`. */
export function renderSchedule(schedule: ScheduleReply): string {
  const fields = formatFields([
    ['Id', String(schedule.id)],
    ['Proc', plainLine(schedule.jobName)],
    ['Cron', plainLine(schedule.cron)],
    ['State', schedule.enabled ? 'on' : 'paused'],
    ['Group', plainLine(schedule.group)],
    ['Tags', plainLine(schedule.tags)],
    ['Notifies', plainLine(schedule.notificationEmails)],
    ['User', plainLine(schedule.userEmail)],
    ['Created', shortTime(schedule.createdAt)],
    ['Changed', shortTime(schedule.updatedAt)],
  ]);
  const names = Object.keys(schedule.args).sort();
  if (names.length === 0) return fields;
  const rows = names.map((name) => [`  ${plainLine(name)}`, plainLine(schedule.args[name] ?? '')] as const);
  return `${fields}Args:\n${formatFields(rows)}`;
}
