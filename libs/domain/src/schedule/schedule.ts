import type { Blackout } from './blackout.js';
import type { OverlapPolicy } from './decide-overlap.js';
import type { MisfirePolicy } from './plan-ticks.js';
import type { ScheduleTiming } from './schedule-timing.js';

/** What people may want to be told of an execution. `slow`: it runs longer than usual for its proc. */
export const NOTIFY_EVENTS = ['start', 'success', 'failure', 'slow'] as const;

export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/** How a schedule behaves at its ticks, beside when they are. */
export interface SchedulePolicies {
  /** IANA, or `UTC`: the wall clock that `cron` and weekly blackouts go by. */
  timeZone: string;
  overlap: OverlapPolicy;
  misfire: MisfirePolicy;
  /** A tick that is at most this late is on time. */
  misfireGraceSeconds: number;
  blackouts: readonly Blackout[];
  /** What its notification addresses are told. */
  notifyOn: readonly NotifyEvent[];
}

/** What holds for a schedule that says nothing of it, such as those of v2. */
export const DEFAULT_SCHEDULE_POLICIES: SchedulePolicies = {
  timeZone: 'UTC',
  overlap: 'allow',
  misfire: 'once',
  misfireGraceSeconds: 60,
  blackouts: [],
  notifyOn: ['success', 'failure'],
};

export const MAX_MISFIRE_GRACE_SECONDS = 7 * 24 * 3600;

/** A proc that is to be executed again and again, with the same args. */
export interface Schedule extends SchedulePolicies {
  /** Unique, at most 2^53-1. */
  id: number;
  procName: string;
  /** Without those of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgNames: readonly string[];
  /** Free text, comma-separated. */
  tags: string;
  /** As it was given: five fields, six with seconds first, or a name such as `@daily`. Empty exactly if it has `at`. */
  cron: string;
  /** Fires once, then; null: by `cron`. */
  at: Date | null;
  /** Each once, as it was given. */
  notificationEmails: readonly string[];
  /** Its owner. */
  userEmail: string;
  group: string;
  enabled: boolean;
  /** Why it is paused, if nobody did that; one line. */
  pausedReason: string | null;
  /** The first tick of which nothing has become yet; null while it is paused, and when there is none. */
  nextFireAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** When a schedule fires, in the form that the pure core takes. */
export function timingOf({ at, cron, timeZone }: Pick<Schedule, 'at' | 'cron' | 'timeZone'>): ScheduleTiming {
  return at === null ? { cron, timeZone } : { at };
}

/** Why a one-shot schedule is paused after its time. */
export const ONE_SHOT_DONE = 'It was to fire once, and that time has come.';

/** What may become of a tick. `missed`: nobody looked in time, and the misfire policy drops it. */
export const TICK_OUTCOMES = ['fired', 'overlapped', 'missed', 'blacked_out', 'refused'] as const;

export type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** What became of one tick of a schedule, or of several missed ones in a row. */
export interface ScheduleTick {
  /** The instant that the schedule names, not that of the look; of several, the first. */
  fireAt: Date;
  outcome: TickOutcome;
  /** Of `fired`. */
  executionId: number | null;
  /** How many ticks this stands for. */
  count: number;
  /** One line. */
  reason: string | null;
  decidedAt: Date;
}
