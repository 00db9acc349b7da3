import type {
  DueBatch,
  DueSchedule,
  FirePlan,
  NextFireAt,
  PlannedRun,
  PlannedSchedule,
  PlannedTick,
  ProcSlots,
} from '@app/database';
import {
  completeArgs,
  decideOverlap,
  isBlackedOut,
  ONE_SHOT_DONE,
  planTicks,
  timingOf,
  type DroppedTicks,
  type LocalTime,
  type TickPlan,
  type WaitingFor,
} from '@app/domain';

/** How many ticks of one schedule fire in one transaction. */
const MAX_TICKS = 60;
/** How many runs of a schedule may wait behind the one that goes on. */
export const OVERLAP_QUEUE_CAP = 10;

/** What the plan needs beside the rows. Everything is pure. */
export interface FireRules {
  nextFireAt: NextFireAt;
  localTimeOf: (timeZone: string) => (instant: Date) => LocalTime;
  /** Why the schedule may not be executed any more, or null. */
  describeProblem: (due: DueSchedule, now: Date) => string | null;
  lookAheadMs: number;
  userShare: number;
}

/** What becomes of each due tick, and when each schedule is due next. Pure: the same batch gives the same plan. */
export function planFires(batch: DueBatch, rules: FireRules): FirePlan {
  const room = new Room(batch, rules.userShare);
  const shared = { ...rules, nextFireAt: remember(rules.nextFireAt) };
  const plans = batch.due.map((due) => planSchedule(due, batch.now, room, shared));
  return { ticks: plans.flatMap(({ ticks }) => ticks), schedules: plans.map(({ schedule }) => schedule) };
}

/** Many schedules fire at the same times. */
function remember(nextFireAt: NextFireAt): NextFireAt {
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

function planSchedule(due: DueSchedule, now: Date, room: Room, rules: FireRules): SchedulePlan {
  const { id, nextFireAt } = due.schedule;
  let plan: TickPlan;
  try {
    plan = planTicksOf(due, now, rules);
  } catch (error) {
    // One schedule that can't be computed must not keep the others from firing.
    const problem = error instanceof Error ? error.message : String(error);
    return refuse(id, nextFireAt ?? now, [], `Its times can't be computed: ${problem}`);
  }
  const ticks = plan.dropped ? [missed(id, plan.dropped)] : [];
  const localTimeOf = rules.localTimeOf(due.schedule.timeZone);
  let { live } = due;
  let isChecked = false;
  for (const fireAt of plan.fire) {
    const tick = { scheduleId: id, fireAt, count: 1, reason: null, run: null };
    if (isBlackedOut(due.schedule.blackouts, fireAt, localTimeOf)) {
      ticks.push({ ...tick, outcome: 'blacked_out' });
      continue;
    }
    const problem = isChecked ? null : rules.describeProblem(due, now);
    if (problem !== null || due.proc === null) {
      return refuse(id, fireAt, ticks, problem ?? 'Its proc is not there any more.');
    }
    isChecked = true;
    if (decideOverlap(due.schedule.overlap, live, OVERLAP_QUEUE_CAP) === 'skip') {
      ticks.push({ ...tick, outcome: 'overlapped', reason: describeOverlap(due.schedule.overlap) });
      continue;
    }
    const mustWait = due.schedule.overlap === 'queue' && live > 0;
    const place = mustWait ? { waitingFor: 'overlap' as const } : room.take(due);
    if ('refusal' in place) {
      ticks.push({ ...tick, outcome: 'refused', reason: place.refusal });
      continue;
    }
    live += 1;
    ticks.push({ ...tick, outcome: 'fired', run: runOf(due, due.proc, place.waitingFor) });
  }
  return { ticks, schedule: nextOf(id, plan.nextFireAt) };
}

function planTicksOf({ schedule }: DueSchedule, now: Date, rules: FireRules): TickPlan {
  const timing = timingOf(schedule);
  const { nextFireAt, misfire, misfireGraceSeconds: graceSeconds } = schedule;
  const state = { nextFireAt, now, misfire, graceSeconds, lookAheadMs: rules.lookAheadMs, max: MAX_TICKS };
  return planTicks(state, (after) => rules.nextFireAt(timing, after));
}

function nextOf(id: number, nextFireAt: Date | null): PlannedSchedule {
  return nextFireAt === null ? { kind: 'done', id, reason: ONE_SHOT_DONE } : { kind: 'next', id, nextFireAt };
}

function refuse(id: number, fireAt: Date, before: PlannedTick[], reason: string): SchedulePlan {
  const tick: PlannedTick = { scheduleId: id, fireAt, outcome: 'refused', count: 1, reason, run: null };
  return { ticks: [...before, tick], schedule: { kind: 'pause', id, reason } };
}

function missed(scheduleId: number, { first, last, count, isCountExact }: DroppedTicks): PlannedTick {
  const many = isCountExact ? 'the last' : 'this many and more, the last';
  const reason =
    count === 1 ? 'nobody looked in time' : `nobody looked in time; ${many} at ${last.toISOString()}`;
  return { scheduleId, fireAt: first, outcome: 'missed', count, reason, run: null };
}

function describeOverlap(policy: string): string {
  return policy === 'queue' ? `${OVERLAP_QUEUE_CAP} runs wait already` : 'the run before it had not ended';
}

function runOf(due: DueSchedule, proc: PlannedRun['proc'], waitingFor: WaitingFor | null): PlannedRun {
  const { schedule, secretArgs } = due;
  const sealed = Object.fromEntries(schedule.secretArgNames.map((name) => [name, '']));
  const complete = completeArgs(proc.proc, { ...schedule.args, ...sealed });
  const args = Object.fromEntries(Object.entries(complete).filter(([name]) => !(name in sealed)));
  return { proc, args, secretArgs, userEmail: schedule.userEmail, waitingFor };
}

/** Slots and shares as the batch uses them up. */
class Room {
  private readonly taken: Map<string, number>;
  private readonly admitted: Map<string, number>;

  constructor(
    private readonly batch: DueBatch,
    private readonly userShare: number,
  ) {
    this.taken = new Map([...batch.slots].map(([name, { taken }]) => [name, taken]));
    this.admitted = new Map(batch.admittedOf);
  }

  take({ schedule }: DueSchedule): { waitingFor: WaitingFor | null } | { refusal: string } {
    const { procName, userEmail } = schedule;
    const slots = this.batch.slots.get(procName);
    const taken = this.taken.get(procName) ?? 0;
    if (slots && taken >= slots.limit) return describeFull(procName, slots);
    const admitted = this.admitted.get(userEmail) ?? 0;
    if (admitted >= this.userShare) return { waitingFor: 'share' };
    this.taken.set(procName, taken + 1);
    this.admitted.set(userEmail, admitted + 1);
    return { waitingFor: null };
  }
}

function describeFull(procName: string, { limit, whenFull }: ProcSlots) {
  return whenFull === 'queue'
    ? { waitingFor: 'slot' as const }
    : { refusal: `${procName} already ran ${limit} times, which is its limit` };
}
