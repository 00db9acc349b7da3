import type { RoomFigures, Schedule, SchedulePolicies, TickOutcome } from '@app/domain';
import type { NewExecution } from '../executions/accept.js';
import type { SealedArgs } from '../executions/sealed-args.js';
import type { RegisteredProc } from '../procs/proc-row.js';

/** Schedules with due ticks, whose rows are locked, and the figures that decide the outcome of each tick. */
export interface DueBatch {
  /** Postgres' clock. */
  now: Date;
  due: readonly DueSchedule[];
  /** The room at each gate of admission; exact where the rows that guard it are locked. */
  room: RoomFigures;
}

/** The fields that decide when a schedule fires and what it runs. */
export type FiringSchedule = Omit<SchedulePolicies, 'notifyOn'> &
  Pick<Schedule, 'id' | 'procName' | 'args' | 'secretArgNames' | 'cron' | 'at' | 'userEmail' | 'nextFireAt'>;

export interface DueSchedule {
  schedule: FiringSchedule;
  secretArgs: SealedArgs | null;
  /** As it is now; null: it was removed. */
  proc: RegisteredProc | null;
  owner: OwnerStanding;
}

/** What Proctor knows of an owner who is not signed in at the moment. */
export interface OwnerStanding {
  /** The account in Postgres; null: none. */
  account: { isActive: boolean; groups: readonly string[] } | null;
  /** The last sign-in through an authentication plugin; null: none. */
  signIn: { isActive: boolean; groups: readonly string[]; seenAt: Date } | null;
}

/** The outcome of each tick of a batch, and the next state of each schedule. */
export interface FirePlan {
  ticks: readonly PlannedTick[];
  /** One for each schedule of the batch. */
  schedules: readonly PlannedSchedule[];
}

export interface PlannedTick {
  scheduleId: number;
  fireAt: Date;
  outcome: TickOutcome;
  /** How many ticks this row stands for. */
  count: number;
  reason: string | null;
  /** The execution to accept; exactly with the outcome `fired`. */
  run: NewExecution | null;
}

export type PlannedSchedule =
  | { kind: 'next'; id: number; nextFireAt: Date }
  /** It has no further tick. */
  | { kind: 'done'; id: number; reason: string }
  /** It must not fire again until its owner resumes it. */
  | { kind: 'pause'; id: number; reason: string };

/** The result of one transaction. */
export interface FiredBatch {
  /** How many schedules were due. */
  due: number;
  /** True: more may be due, because the transaction takes a limited number of schedules, and of ticks of each. */
  isMoreDue: boolean;
  /** New executions that may be enqueued. */
  admitted: readonly number[];
  /** New executions that wait in Postgres. */
  waiting: number;
  /** Ids of schedules that were paused. */
  paused: readonly number[];
}
