import { findLastTick, type NextAfter } from './find-last-tick.js';

/** What to do about missed ticks, for example after downtime of all schedulers. */
export const MISFIRE_POLICIES = ['skip', 'once', 'all'] as const;

export type MisfirePolicy = (typeof MISFIRE_POLICIES)[number];

export interface TickState {
  /** The first tick that was neither fired nor dropped. Null if there is none. */
  nextFireAt: Date | null;
  now: Date;
  misfire: MisfirePolicy;
  /** A tick that is at most this late is on time; a later one is missed. */
  graceSeconds: number;
  /** A tick at most this far ahead is due, so that a slow clock does not delay it until the next poll. */
  lookAheadMs: number;
  /** How many ticks one plan may fire; at least 1. */
  max: number;
}

/** Missed ticks that never fire. */
export interface DroppedTicks {
  first: Date;
  last: Date;
  /** At most `max`. If not exact, there are more. */
  count: number;
  isCountExact: boolean;
}

export interface TickPlan {
  /** In ascending order. */
  fire: Date[];
  dropped: DroppedTicks | null;
  /** The first tick that this plan neither fires nor drops. It is already due when more than `max` ticks are. */
  nextFireAt: Date | null;
}

/**
 * Decides which ticks of a schedule fire now. On-time ticks always fire. Of the missed ticks, none (`skip`), the latest
 * (`once`) or all (`all`) fire, and the others are dropped. When more than `max` ticks are due, the earliest fire; a
 * further plan that starts at this plan's `nextFireAt` covers the rest.
 *
 * Pure: the same state gives the same plan. Calls `nextAfter` at most about `2 * max + 90` times, however long
 * ago the schedule was last checked.
 * @param nextAfter returns the first tick strictly after an instant, or null if there is none
 */
export function planTicks(state: TickState, nextAfter: NextAfter): TickPlan {
  const { now, misfire, graceSeconds, lookAheadMs, max } = state;
  const onTimeFromMs = now.getTime() - graceSeconds * 1000;
  const dueUntilMs = now.getTime() + lookAheadMs;
  const isMissed = state.nextFireAt !== null && state.nextFireAt.getTime() < onTimeFromMs;
  const { fire, dropped, nextFireAt } =
    isMissed && misfire !== 'all'
      ? dropMissed(state.nextFireAt!, misfire, onTimeFromMs, max, nextAfter)
      : { fire: [], dropped: null, nextFireAt: state.nextFireAt };
  let next = nextFireAt;
  while (next !== null && next.getTime() <= dueUntilMs && fire.length < max) {
    fire.push(next);
    next = nextAfter(next);
  }
  return { fire, dropped, nextFireAt: next };
}

/** Handles the ticks from `first` until just before `onTimeFromMs`, of which at most the last fires. */
function dropMissed(
  first: Date,
  misfire: 'skip' | 'once',
  onTimeFromMs: number,
  countLimit: number,
  nextAfter: NextAfter,
): TickPlan {
  const lastMissed = findLastTick(first, onTimeFromMs, nextAfter);
  const nextFireAt = nextAfter(lastMissed);
  if (misfire === 'skip')
    return { fire: [], dropped: countTicks(first, lastMissed, countLimit, nextAfter), nextFireAt };
  if (lastMissed.getTime() === first.getTime()) return { fire: [first], dropped: null, nextFireAt };
  const lastDropped = findLastTick(first, lastMissed.getTime(), nextAfter);
  return { fire: [lastMissed], dropped: countTicks(first, lastDropped, countLimit, nextAfter), nextFireAt };
}

function countTicks(first: Date, last: Date, countLimit: number, nextAfter: NextAfter): DroppedTicks {
  let count = 1;
  let tick: Date | null = first;
  while (tick !== null && tick < last && count < countLimit) {
    tick = nextAfter(tick);
    count += 1;
  }
  return { first, last, count, isCountExact: tick !== null && tick >= last };
}
