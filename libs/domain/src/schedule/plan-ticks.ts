import { findLastTick, type NextAfter } from './find-last-tick.js';

/** What becomes of ticks that nobody fired in time, for instance while no scheduler ran. */
export const MISFIRE_POLICIES = ['skip', 'once', 'all'] as const;

export type MisfirePolicy = (typeof MISFIRE_POLICIES)[number];

export interface TickState {
  /** The first tick that was neither fired nor dropped; null: there is none. */
  nextFireAt: Date | null;
  now: Date;
  misfire: MisfirePolicy;
  /** A tick that is at most this late is on time; a later one is missed. */
  graceSeconds: number;
  /** A tick that is at most this far ahead is due, so that a slow clock does not cost a look. */
  lookAheadMs: number;
  /** At least 1: so many ticks fire in one plan. */
  most: number;
}

/** Missed ticks that never fire. */
export interface DroppedTicks {
  first: Date;
  last: Date;
  /** At most `most`; if not exact, there are more. */
  count: number;
  isCountExact: boolean;
}

export interface TickPlan {
  /** Ascending. */
  fire: Date[];
  dropped: DroppedTicks | null;
  /** The first tick that this plan neither fires nor drops. It is due already when more than `most` are. */
  nextFireAt: Date | null;
}

/**
 * Which ticks of a schedule fire now. On-time ones always do. Of the missed ones fires none (`skip`), the latest
 * (`once`), or each (`all`), and the others are dropped. When more than `most` ticks are due, the earliest fire, and
 * the rest follows from a plan that begins with the `nextFireAt` of this one.
 *
 * Pure: the same state gives the same plan. It takes at most about `2 * most + 90` calls of `nextAfter`, however long
 * the schedule slept.
 * @param nextAfter the first tick strictly after an instant, or null when there is none
 */
export function planTicks(state: TickState, nextAfter: NextAfter): TickPlan {
  const { now, misfire, graceSeconds, lookAheadMs, most } = state;
  const onTimeFromMs = now.getTime() - graceSeconds * 1000;
  const dueUntilMs = now.getTime() + lookAheadMs;
  const isMissed = state.nextFireAt !== null && state.nextFireAt.getTime() < onTimeFromMs;
  const { fire, dropped, nextFireAt } =
    isMissed && misfire !== 'all'
      ? dropMissed(state.nextFireAt!, misfire, onTimeFromMs, most, nextAfter)
      : { fire: [], dropped: null, nextFireAt: state.nextFireAt };
  let next = nextFireAt;
  while (next !== null && next.getTime() <= dueUntilMs && fire.length < most) {
    fire.push(next);
    next = nextAfter(next);
  }
  return { fire, dropped, nextFireAt: next };
}

/** The ticks from `first` until just before `onTimeFromMs`, of which at most the last fires. */
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
