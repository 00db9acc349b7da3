import type { ScheduleReply } from '@app/contract';
import { plainLine } from '@app/domain';

/** When a schedule fires: its cron expression and zone, or its one time. */
export function whenOf({ cron, at, timeZone }: ScheduleReply): string {
  return at === undefined ? `${plainLine(cron)} (${plainLine(timeZone)})` : `once at ${at}`;
}

export function stateOf({ enabled, pausedReason }: ScheduleReply): string {
  if (enabled) return 'Active';
  return pausedReason === undefined ? 'Paused' : `Paused: ${plainLine(pausedReason)}`;
}
