import type { Blackout } from './blackout.js';
import type { OverlapPolicy } from './decide-overlap.js';
import type { MisfirePolicy } from './plan-ticks.js';
import type { ScheduleTiming } from './schedule-timing.js';

/** Events of an execution that people can subscribe to. `slow`: it runs longer than is usual for its proc. */
export const NOTIFY_EVENTS = ['start', 'success', 'failure', 'slow'] as const;

export type NotifyEvent = (typeof NOTIFY_EVENTS)[number];

/** How a schedule behaves at its ticks. */
export interface SchedulePolicies {
  /** The IANA time zone in which `cron` and weekly blackout windows are read. */
  timeZone: string;
  overlap: OverlapPolicy;
  misfire: MisfirePolicy;
  /** A tick that is at most this late is on time. */
  misfireGraceSeconds: number;
  blackouts: readonly Blackout[];
  /** The events that its notification addresses get. */
  notifyOn: readonly NotifyEvent[];
}

/** The defaults for schedules that do not set these, such as v2's. */
export const DEFAULT_SCHEDULE_POLICIES: SchedulePolicies = {
  timeZone: 'UTC',
  overlap: 'allow',
  misfire: 'once',
  misfireGraceSeconds: 60,
  blackouts: [],
  notifyOn: ['success', 'failure'],
};

export const MAX_MISFIRE_GRACE_SECONDS = 7 * 24 * 3600;

/** A proc that is executed repeatedly with the same args. */
export interface Schedule extends SchedulePolicies {
  /** Unique, at most 2^53-1. */
  id: number;
  procName: string;
  /** Without args of type `secret`. */
  args: Readonly<Record<string, string>>;
  secretArgNames: readonly string[];
  /** Free text, comma-separated. */
  tags: string;
  /** As given: five fields, six with seconds first, or a name such as `@daily`. Empty if and only if `at` is set. */
  cron: string;
  /** Fires once, at this time. Null for a schedule with `cron`. */
  at: Date | null;
  /** Without duplicates, as given. */
  notificationEmails: readonly string[];
  /** The owner. */
  userEmail: string;
  group: string;
  enabled: boolean;
  /** Why the system paused it, in one line. Null if a person did, or if it is not paused. */
  pausedReason: string | null;
  /** The first tick without an outcome. Null while the schedule is paused, and when there is none. */
  nextFireAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Converts a schedule's timing to the form that the planning functions take. */
export function timingOf({ at, cron, timeZone }: Pick<Schedule, 'at' | 'cron' | 'timeZone'>): ScheduleTiming {
  return at === null ? { cron, timeZone } : { at };
}

/** The outcomes of a tick. `missed`: no scheduler polled in time and the misfire policy drops it. */
export const TICK_OUTCOMES = ['fired', 'overlapped', 'missed', 'blacked_out', 'refused'] as const;

export type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** The outcome of one tick of a schedule, or of several consecutive missed ticks. */
export interface ScheduleTick {
  /** The scheduled time, not the time of the poll. For several missed ticks, that of the first. */
  fireAt: Date;
  outcome: TickOutcome;
  /** Set if the outcome is `fired`. */
  executionId: number | null;
  /** How many ticks this entry stands for. */
  count: number;
  /** One line. */
  reason: string | null;
  decidedAt: Date;
}
