import type { NextTimesReply, TickReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { timeIn } from './local-time.js';
import { formatTable } from './table.js';

/** `proctor schedule next ID`. @param localZone the user's; equal zones are shown once */
export function renderNextTimes({ timeZone, times }: NextTimesReply, localZone: string): string {
  if (times.length === 0) return 'The schedule has no further runs.\n';
  const zones = zonesOf(plainLine(timeZone), localZone);
  return formatTable(
    zones,
    times.map((time) => zones.map((zone) => timeIn(zone, time))),
  );
}

export function tickHeader(timeZone: string, localZone: string): string[] {
  return [...zonesOf(plainLine(timeZone), localZone), 'OUTCOME', 'EXECUTION', 'REASON'];
}

/** A row of `proctor schedule history ID`. */
export function tickRow(tick: TickReply, timeZone: string, localZone: string): string[] {
  return [
    ...zonesOf(plainLine(timeZone), localZone).map((zone) => timeIn(zone, tick.fireAt)),
    tick.count > 1 ? `${tick.outcome} (${tick.count} in a row)` : tick.outcome,
    tick.executionId?.toString() ?? '',
    plainLine(tick.reason ?? ''),
  ];
}

function zonesOf(timeZone: string, localZone: string): string[] {
  return timeZone === localZone ? [timeZone] : [timeZone, localZone];
}
