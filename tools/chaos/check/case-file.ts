import { isExecutionStatus, isFinal, type ExecutionStatus } from '@app/domain';
import type { RunRecord } from '@app/kube-sandbox';
import type { ProcRecord, ScheduleRecord, Script, Submission } from '../record.js';
import type { AttemptRow, Evidence, ExecutionRow, ToldEnd } from './evidence.js';
import { FaultsNear } from './faults-near.js';

/** One run of a container, by this machine's clock. */
export interface Run {
  jobUid: string;
  podUid: string;
  restart: number;
  startedAtMs: number;
  /** Null: it still runs. */
  endedAtMs: number | null;
  exitCode: number | null;
  killed: boolean;
}

/** Everything about one execution of the database. */
export interface Case {
  id: number;
  row: ExecutionRow;
  submission: Submission | null;
  schedule: ScheduleRecord | null;
  /** Null: nobody asked for it, so nobody knows. */
  script: Script | null;
  proc: ProcRecord;
  /** All runs in its name, oldest first. */
  allRuns: readonly Run[];
  /** Those of its own Job. */
  runs: readonly Run[];
  attempts: readonly AttemptRow[];
  /** How it ended, as it was first told to anybody; null: it has not. */
  end: KnownEnd | null;
}

/** An end whose status is one that the system has. */
export interface KnownEnd extends ToldEnd {
  status: ExecutionStatus;
}

/** The evidence, put in order by what it is of. */
export interface CaseFile {
  evidence: Evidence;
  cases: ReadonlyMap<number, Case>;
  /** Which executions each submission has, as it was told and as its key says. */
  idsOf: ReadonlyMap<Submission, ReadonlySet<number>>;
  /** Executions that were accepted from anybody, whether they are in the database or not. */
  accepted: ReadonlySet<number>;
  /** By the execution that the pod's label names; NaN: it names none. */
  runsOf: ReadonlyMap<number, readonly Run[]>;
  faults: FaultsNear;
}

export const EXECUTION_ID_LABEL = 'proctor.io/execution-id';

/** Pure. @throws Error when the record does not say what the proc of an execution is: then nothing can be checked. */
export function openCaseFile(evidence: Evidence): CaseFile {
  const { record, executions } = evidence;
  const idsOf = findIdsOf(evidence);
  const submissionOf = new Map([...idsOf].flatMap(([one, ids]) => [...ids].map((id) => [id, one] as const)));
  const schedules = new Map(record.schedules.map((schedule) => [schedule.id, schedule]));
  const procs = new Map(record.procs.map((proc) => [proc.name, proc]));
  const runsOf = groupBy(
    evidence.runs.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt)),
    (run) => Number(run.labels[EXECUTION_ID_LABEL]),
    toRun,
  );
  const attemptsOf = groupBy(evidence.attempts, ({ executionId }) => executionId, identity);
  const cases = new Map<number, Case>();
  for (const row of executions) {
    const proc = procs.get(row.proc);
    if (!proc) throw new Error(`the record names no proc ${row.proc}, which execution ${row.id} is of`);
    const schedule = row.scheduleId === null ? null : (schedules.get(row.scheduleId) ?? null);
    const submission = submissionOf.get(row.id) ?? null;
    const allRuns = runsOf.get(row.id) ?? [];
    cases.set(row.id, {
      id: row.id,
      row,
      submission,
      schedule,
      script: submission?.script ?? schedule?.script ?? null,
      proc,
      allRuns,
      runs: row.jobUid === null ? allRuns : allRuns.filter(({ jobUid }) => jobUid === row.jobUid),
      attempts: (attemptsOf.get(row.id) ?? []).toSorted((a, b) => a.n - b.n),
      end: endOf(submission?.seenEnds[0] ?? row),
    });
  }
  const ofTicks = evidence.ticks.flatMap(({ executionId }) => (executionId === null ? [] : [executionId]));
  const accepted = new Set([...submissionOf.keys(), ...ofTicks]);
  return { evidence, cases, idsOf, accepted, runsOf, faults: new FaultsNear(record.faults) };
}

/** Null: it is not final. */
export function endOf({ status, exitCode }: ToldEnd): KnownEnd | null {
  return isExecutionStatus(status) && isFinal(status) ? { status, exitCode } : null;
}

/** When the container was over; now, if it still runs. */
export function untilMs(run: Run): number {
  return run.endedAtMs ?? Infinity;
}

/** It ran to its end, and nobody stopped it. */
export function endedByItself({ killed, exitCode }: Run): boolean {
  return !killed && exitCode !== null;
}

export function groupBy<Item, Key, Value>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
  toValue: (item: Item) => Value,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(toValue(item));
    else groups.set(key, [toValue(item)]);
  }
  return groups;
}

function findIdsOf({ record, keys }: Evidence): Map<Submission, Set<number>> {
  const byKey = groupBy(keys, nameOf, ({ executionId }) => executionId);
  return new Map(
    record.submissions.map((submission) => {
      const { userEmail: identity, key, acceptedIds } = submission;
      return [submission, new Set([...acceptedIds, ...(byKey.get(nameOf({ identity, key })) ?? [])])];
    }),
  );
}

/** The same key of two people is two keys. */
function nameOf({ identity, key }: { identity: string; key: string }): string {
  return `${identity}\n${key}`;
}

function toRun(record: RunRecord): Run {
  const { jobUid, podUid, restart, startedAt, endedAt, exitCode, killed } = record;
  const endedAtMs = endedAt === null ? null : Date.parse(endedAt);
  return { jobUid, podUid, restart, startedAtMs: Date.parse(startedAt), endedAtMs, exitCode, killed };
}

function identity<T>(value: T): T {
  return value;
}
