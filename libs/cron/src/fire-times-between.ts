import type { ScheduleTiming } from '@app/domain';
import { nextFireAt } from './next-fire-at.js';

/**
 * Returns the first `limit` instants in `(after, until]` at which a schedule fires, ascending. Pure.
 * @throws as `nextFireAt` does
 */
export function fireTimesBetween(timing: ScheduleTiming, after: Date, until: Date, limit: number): Date[] {
  const times: Date[] = [];
  let next = nextFireAt(timing, after);
  while (next !== null && next <= until && times.length < limit) {
    times.push(next);
    next = nextFireAt(timing, next);
  }
  return times;
}
