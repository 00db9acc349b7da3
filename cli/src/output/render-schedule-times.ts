import type { NextTimesReply, TickReply } from '@app/contract';
import { plainLine } from './filter-controls.js';
import { timeIn } from './local-time.js';
import { formatTable } from './table.js';

/** `proctor schedule next ID`. @param hereZone the user's; the same zone is shown once */
export function renderNextTimes({ timeZone, times }: NextTimesReply, hereZone: string): string {
  if (times.length === 0) return 'It does not fire any more.\n';
  const zones = zonesOf(plainLine(timeZone), hereZone);
  return formatTable(
    zones,
    times.map((time) => zones.map((zone) => timeIn(zone, time))),
  );
}

export function tickHeader(timeZone: string, hereZone: string): string[] {
  return [...zonesOf(plainLine(timeZone), hereZone), 'OUTCOME', 'EXECUTION', 'REASON'];
}

/** A row of `proctor schedule history ID`. */
export function tickRow(tick: TickReply, timeZone: string, hereZone: string): string[] {
  return [
    ...zonesOf(plainLine(timeZone), hereZone).map((zone) => timeIn(zone, tick.fireAt)),
    tick.count > 1 ? `${tick.outcome} (${tick.count} in a row)` : tick.outcome,
    tick.executionId?.toString() ?? '',
    plainLine(tick.reason ?? ''),
  ];
}

function zonesOf(timeZone: string, hereZone: string): string[] {
  return timeZone === hereZone ? [timeZone] : [timeZone, hereZone];
}
