import type { ProcSlots, Schedule, TickOutcome } from '@app/domain';
import type { NewExecution } from '../executions/accept.js';
import type { SealedArgs } from '../executions/sealed-args.js';
import type { RegisteredProc } from '../procs/procs.store.js';

/** Schedules with ticks that are due, and all that decides what becomes of them; their rows are locked. */
export interface DueBatch {
  /** Postgres' clock. */
  now: Date;
  due: readonly DueSchedule[];
  /** Of procs with a concurrency limit, by name; exact, because their rows are locked too. */
  slots: ReadonlyMap<string, ProcSlots>;
  /** How many executions of each owner are admitted; counted up to the share of a user. */
  admittedOf: ReadonlyMap<string, number>;
}

/** What decides when a schedule fires, and what it runs. */
export type FiringSchedule = Pick<
  Schedule,
  | 'id'
  | 'procName'
  | 'args'
  | 'secretArgNames'
  | 'cron'
  | 'at'
  | 'timeZone'
  | 'overlap'
  | 'misfire'
  | 'misfireGraceSeconds'
  | 'blackouts'
  | 'userEmail'
  | 'nextFireAt'
>;

export interface DueSchedule {
  schedule: FiringSchedule;
  secretArgs: SealedArgs | null;
  /** As it is now. */
  proc: RegisteredProc | null;
  owner: OwnerStanding;
  /** Its executions that have not ended; counted only where the overlap policy asks for it. */
  live: number;
}

/** What is known of an owner who is not here. */
export interface OwnerStanding {
  /** In Postgres; null: there is none. */
  account: { isActive: boolean; groups: readonly string[] } | null;
  /** What an authentication plugin said last; null: nothing. */
  signIn: { isActive: boolean; groups: readonly string[]; seenAt: Date } | null;
}

/** What becomes of the ticks of a batch. */
export interface FirePlan {
  ticks: readonly PlannedTick[];
  /** One for each schedule of the batch. */
  schedules: readonly PlannedSchedule[];
}

export interface PlannedTick {
  scheduleId: number;
  fireAt: Date;
  outcome: TickOutcome;
  /** How many ticks it stands for. */
  count: number;
  reason: string | null;
  /** The execution to accept; exactly with the outcome `fired`. */
  run: NewExecution | null;
}

export type PlannedSchedule =
  | { kind: 'next'; id: number; nextFireAt: Date }
  /** There is no further tick. */
  | { kind: 'done'; id: number; reason: string }
  /** It may not go on. */
  | { kind: 'pause'; id: number; reason: string };

/** What one look has made. */
export interface FiredBatch {
  /** How many schedules were due. */
  due: number;
  /** More may be due: there was no room for more schedules, or for more ticks of one. */
  isMoreDue: boolean;
  /** New executions that may be enqueued. */
  admitted: readonly number[];
  /** New executions that wait in Postgres. */
  waiting: number;
  /** Ids of schedules that were paused. */
  paused: readonly number[];
}
