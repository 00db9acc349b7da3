import type { ReplyOf, TickReply } from '@app/contract';
import type { Blackout, Schedule, ScheduleTick } from '@app/domain';
import { showArgs } from '../executions/to-reply.js';

/** Converts a schedule to the contract's form. Hides the values of secret args. */
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
    timeZone: schedule.timeZone,
    ...(schedule.at && { at: schedule.at.toISOString() }),
    overlap: schedule.overlap,
    misfire: schedule.misfire,
    misfireGraceSeconds: schedule.misfireGraceSeconds,
    blackouts: schedule.blackouts.map(showBlackout),
    notifyOn: [...schedule.notifyOn],
    ...(schedule.pausedReason !== null && { pausedReason: schedule.pausedReason }),
    ...(schedule.nextFireAt && { nextFireAt: schedule.nextFireAt.toISOString() }),
  };
}

export function toTickReply(tick: ScheduleTick): TickReply {
  return {
    fireAt: tick.fireAt.toISOString(),
    outcome: tick.outcome,
    ...(tick.executionId !== null && { executionId: tick.executionId }),
    count: tick.count,
    ...(tick.reason !== null && { reason: tick.reason }),
    decidedAt: tick.decidedAt.toISOString(),
  };
}

function showBlackout(blackout: Blackout) {
  return blackout.kind === 'once'
    ? { ...blackout, from: blackout.from.toISOString(), until: blackout.until.toISOString() }
    : { ...blackout, days: [...blackout.days] };
}
