import type { BlackoutBody } from '@app/contract';
import { WEEK_DAYS, plainLine } from '@app/domain';

/** A blackout window in the form that `--blackout` accepts. */
export function renderBlackout(blackout: BlackoutBody): string {
  if (blackout.kind === 'once') return `${shortInstant(blackout.from)}/${shortInstant(blackout.until)}`;
  const { days, from, until } = blackout;
  const times = `${plainLine(from)}-${plainLine(until)}`;
  return days.length === WEEK_DAYS.length ? times : `${renderDays(days)} ${times}`;
}

function shortInstant(instant: string): string {
  return instant.replace(/\.\d+/, '');
}

/** Three or more consecutive days as a range: `mon-fri,sun`. */
function renderDays(days: readonly string[]): string {
  const runs: string[][] = [];
  for (const day of WEEK_DAYS) {
    if (!days.includes(day)) runs.push([]);
    else if (runs.length === 0) runs.push([day]);
    else runs.at(-1)?.push(day);
  }
  return runs.flatMap((run) => (run.length > 2 ? [`${run[0]}-${run.at(-1)}`] : run)).join(',');
}
