import type { ScheduleRecord } from '../../record.js';
import { groupBy, type Case, type CaseFile } from '../case-file.js';
import type { TickRow, Violation } from '../evidence.js';

/** Every tick of every schedule fires once with exactly one execution, and no execution is without a tick. Pure. */
export function checkTicks({ cases, evidence }: CaseFile): Violation[] {
  const ticksOf = groupBy(
    evidence.ticks,
    ({ scheduleId }) => scheduleId,
    (tick) => tick,
  );
  const casesOf = groupBy(
    [...cases.values()],
    ({ row }) => row.scheduleId,
    (one) => one,
  );
  return evidence.record.schedules.flatMap((schedule) =>
    checkSchedule(schedule, ticksOf.get(schedule.id) ?? [], casesOf.get(schedule.id) ?? [], cases).map(
      (problem): Violation => ({ promise: 'each tick once', subject: `schedule ${schedule.id}`, problem }),
    ),
  );
}

function checkSchedule(
  schedule: ScheduleRecord,
  ticks: readonly TickRow[],
  executions: readonly Case[],
  all: ReadonlyMap<number, Case>,
): string[] {
  return [
    ...listMissing(schedule, ticks),
    ...ticks.flatMap((tick) => describeTick(schedule, tick, all) ?? []),
    ...describeDoubles(ticks),
    ...listWithoutTick(ticks, executions),
  ];
}

/** With `misfire: all` and `overlap: allow` a tick may be late, but must fire. */
function listMissing(schedule: ScheduleRecord, ticks: readonly TickRow[]): string[] {
  const fired = new Set(ticks.filter(({ outcome }) => outcome === 'fired').map(({ fireAtMs }) => fireAtMs));
  return dueTicks(schedule)
    .filter((atMs) => !fired.has(atMs))
    .map((atMs) => {
      const other = ticks.find(({ fireAtMs }) => fireAtMs === atMs);
      return `the tick at ${at(atMs)} ${other ? `was ${other.outcome}` : 'is missing'}`;
    });
}

/** The ticks that must have fired. Pure. */
export function dueTicks({ everySeconds, fromMs, untilMs }: ScheduleRecord): number[] {
  const everyMs = everySeconds * 1_000;
  const due: number[] = [];
  for (let atMs = (Math.floor(fromMs / everyMs) + 1) * everyMs; atMs <= untilMs; atMs += everyMs)
    due.push(atMs);
  return due;
}

function describeTick(
  { id, everySeconds }: ScheduleRecord,
  { fireAtMs, outcome, executionId }: TickRow,
  all: ReadonlyMap<number, Case>,
): string | null {
  if (fireAtMs % (everySeconds * 1_000) !== 0)
    return `a tick at ${at(fireAtMs)}, which is not on its schedule`;
  if (outcome !== 'fired') return null;
  if (executionId === null) return `the tick at ${at(fireAtMs)} fired without an execution`;
  const one = all.get(executionId);
  if (!one) return `execution ${executionId} of the tick at ${at(fireAtMs)} does not exist`;
  return one.row.scheduleId === id
    ? null
    : `execution ${executionId} of the tick at ${at(fireAtMs)} belongs to another schedule`;
}

function describeDoubles(ticks: readonly TickRow[]): string[] {
  const byTime = groupBy(
    ticks.filter(({ outcome }) => outcome === 'fired'),
    ({ fireAtMs }) => fireAtMs,
    (tick) => tick,
  );
  const byExecution = groupBy(
    ticks.filter(({ executionId }) => executionId !== null),
    ({ executionId }) => executionId,
    (tick) => tick,
  );
  return [
    ...[...byTime].flatMap(([time, { length }]) =>
      length > 1 ? [`the tick at ${at(time)} fired ${length} times`] : [],
    ),
    ...[...byExecution].flatMap(([id, { length }]) =>
      length > 1 ? [`execution ${id} belongs to ${length} ticks`] : [],
    ),
  ];
}

function listWithoutTick(ticks: readonly TickRow[], executions: readonly Case[]): string[] {
  const known = new Set(ticks.map(({ executionId }) => executionId));
  return executions
    .filter(({ id }) => !known.has(id))
    .map(
      ({ id, row }) =>
        `execution ${id} (${at(row.createdAtMs)}) has no tick: it fired twice, or its tick was lost`,
    );
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}
