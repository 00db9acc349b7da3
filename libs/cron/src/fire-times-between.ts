import type { ScheduleTiming } from '@app/domain';
import { nextFireAt } from './next-fire-at.js';

/**
 * The first `most` instants in `(after, until]` at which a schedule fires, ascending. Pure.
 * @throws as `nextFireAt` does
 */
export function fireTimesBetween(timing: ScheduleTiming, after: Date, until: Date, most: number): Date[] {
  const times: Date[] = [];
  let next = nextFireAt(timing, after);
  while (next !== null && next <= until && times.length < most) {
    times.push(next);
    next = nextFireAt(timing, next);
  }
  return times;
}
