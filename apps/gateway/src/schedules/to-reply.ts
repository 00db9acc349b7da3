import type { ReplyOf } from '@app/contract';
import type { Schedule } from '@app/domain';
import { showArgs } from '../executions/to-reply.js';

/** A schedule in the contract's form. Values of secret args are hidden. */
export function toScheduleReply(schedule: Schedule): ReplyOf<'getSchedule'> {
  return {
    id: schedule.id,
    jobName: schedule.procName,
    args: showArgs(schedule),
    tags: schedule.tags,
    cron: schedule.cron,
    notificationEmails: schedule.notificationEmails.join(','),
    userEmail: schedule.userEmail,
    group: schedule.group,
    enabled: schedule.enabled,
    createdAt: schedule.createdAt.toISOString(),
    updatedAt: schedule.updatedAt.toISOString(),
  };
}
