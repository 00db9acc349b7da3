import type {
  DueBatch,
  DueSchedule,
  FirePlan,
  NextFireAt,
  PlannedSchedule,
  PlannedTick,
  NewExecution,
  RegisteredProc,
} from '@app/database';
import { acceptedProc } from '@app/database';
import {
  AdmissionRoom,
  completeArgs,
  gateNamed,
  isBlackedOut,
  oneShotReason,
  planTicks,
  timingOf,
  type AdmissionRequest,
  type DroppedTicks,
  type LocalTime,
  type TickPlan,
  type WaitingFor,
} from '@app/domain';

/** How many ticks of one schedule fire per transaction. */
const MAX_TICKS = 60;

/** What the plan needs besides the rows. Everything is pure. */
export interface FireRules {
  nextFireAt: NextFireAt;
  localTimeOf: (timeZone: string) => (instant: Date) => LocalTime;
  /** Why the schedule must not fire, or null. */
  describeProblem: (due: DueSchedule, now: Date) => string | null;
  lookAheadMs: number;
}

/** Decides the outcome of each due tick, and when each schedule is due next. Pure. */
export function planFires(batch: DueBatch, rules: FireRules): FirePlan {
  const room = new AdmissionRoom(batch.room);
  const shared = { ...rules, nextFireAt: cache(rules.nextFireAt) };
  const plans = batch.due.map((due) => planSchedule(due, batch.now, room, shared));
  return { ticks: plans.flatMap(({ ticks }) => ticks), schedules: plans.map(({ schedule }) => schedule) };
}

/** Caches results: many schedules fire at the same times. */
function cache(nextFireAt: NextFireAt): NextFireAt {
  const known = new Map<string, Date | null>();
  return (timing, after) => {
    if ('at' in timing) return nextFireAt(timing, after);
    const key = `${timing.cron}\n${timing.timeZone}\n${after.getTime()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const next = nextFireAt(timing, after);
    known.set(key, next);
    return next;
  };
}

interface SchedulePlan {
  ticks: PlannedTick[];
  schedule: PlannedSchedule;
}

function planSchedule(due: DueSchedule, now: Date, room: AdmissionRoom, rules: FireRules): SchedulePlan {
  const { id, nextFireAt } = due.schedule;
  let plan: TickPlan;
  try {
    plan = planTicksOf(due, now, rules);
  } catch (error) {
    // A schedule that cannot be computed must not keep the others from firing.
    const problem = error instanceof Error ? error.message : String(error);
    return refuse(due, nextFireAt ?? now, [], `Its next run cannot be computed: ${problem}`);
  }
  const ticks = plan.dropped ? [missed(id, plan.dropped)] : [];
  const localTimeOf = rules.localTimeOf(due.schedule.timeZone);
  let isChecked = false;
  for (const fireAt of plan.fire) {
    const tick = { scheduleId: id, fireAt, count: 1, reason: null, run: null };
    if (isBlackedOut(due.schedule.blackouts, fireAt, localTimeOf)) {
      ticks.push({ ...tick, outcome: 'blacked_out' });
      continue;
    }
    const problem = isChecked ? null : rules.describeProblem(due, now);
    if (problem !== null || due.proc === null) {
      return refuse(due, fireAt, ticks, problem ?? 'Its proc was removed.');
    }
    isChecked = true;
    const admission = room.admit(requestOf(due));
    if (admission.kind === 'refused') {
      ticks.push({ ...tick, outcome: gateNamed(admission.by).refusedTick, reason: admission.reason });
      continue;
    }
    const waitingFor = admission.kind === 'waits' ? admission.for : null;
    ticks.push({ ...tick, outcome: 'fired', run: runOf(due, due.proc, waitingFor) });
  }
  return { ticks, schedule: nextOf(due, plan.nextFireAt, ticks) };
}

function planTicksOf({ schedule }: DueSchedule, now: Date, rules: FireRules): TickPlan {
  const timing = timingOf(schedule);
  const { nextFireAt, misfire, misfireGraceSeconds: graceSeconds } = schedule;
  const state = { nextFireAt, now, misfire, graceSeconds, lookAheadMs: rules.lookAheadMs, max: MAX_TICKS };
  return planTicks(state, (after) => rules.nextFireAt(timing, after));
}

function nextOf(
  { schedule: { id, at } }: DueSchedule,
  nextFireAt: Date | null,
  ticks: readonly PlannedTick[],
): PlannedSchedule {
  if (nextFireAt !== null) return { kind: 'next', id, nextFireAt };
  const last = ticks.at(-1);
  const reason = at !== null && last ? oneShotReason(last) : 'Its cron expression has no further time.';
  return { kind: 'done', id, reason };
}

function refuse(
  { schedule: { id, at } }: DueSchedule,
  fireAt: Date,
  before: PlannedTick[],
  reason: string,
): SchedulePlan {
  const tick: PlannedTick = { scheduleId: id, fireAt, outcome: 'refused', count: 1, reason, run: null };
  const schedule = { kind: 'pause', id, reason: at === null ? reason : oneShotReason(tick) } as const;
  return { ticks: [...before, tick], schedule };
}

function missed(scheduleId: number, { first, last, count, isCountExact }: DroppedTicks): PlannedTick {
  const more = isCountExact ? 'the last' : 'there were more, the last';
  const reason =
    count === 1
      ? 'no scheduler fired it in time'
      : `no scheduler fired them in time; ${more} was due at ${last.toISOString()}`;
  return { scheduleId, fireAt: first, outcome: 'missed', count, reason, run: null };
}

function requestOf({ schedule: { id, procName, userEmail, overlap } }: DueSchedule): AdmissionRequest {
  return { origin: { kind: 'schedule', scheduleId: id }, procName, userEmail, overlap };
}

function runOf(due: DueSchedule, proc: RegisteredProc, waitingFor: WaitingFor | null): NewExecution {
  const { schedule, secretArgs } = due;
  const sealed = Object.fromEntries(schedule.secretArgNames.map((name) => [name, '']));
  const complete = completeArgs(proc.proc, { ...schedule.args, ...sealed });
  const args = Object.fromEntries(Object.entries(complete).filter(([name]) => !(name in sealed)));
  return {
    proc: acceptedProc(proc),
    args,
    secretArgs,
    userEmail: schedule.userEmail,
    remoteAddress: null,
    callback: null,
    origin: { kind: 'schedule', scheduleId: schedule.id },
    waitingFor,
  };
}
