import { isExecutionStatus, isFinal, type ExecutionStatus } from '@app/domain';
import type { RunRecord } from '@app/kube-sandbox';
import type { ProcRecord, ScheduleRecord, Script, Submission } from '../record.js';
import type { AttemptRow, Evidence, ExecutionRow, ReportedEnd } from './evidence.js';
import { FaultsNear } from './faults-near.js';

/** One run of a container, in the time of this machine's clock. */
export interface Run {
  jobUid: string;
  podUid: string;
  restart: number;
  startedAtMs: number;
  /** Null: still running. */
  endedAtMs: number | null;
  exitCode: number | null;
  killed: boolean;
}

/** Everything known about one execution in the database. */
export interface Case {
  id: number;
  row: ExecutionRow;
  submission: Submission | null;
  schedule: ScheduleRecord | null;
  /** Null: unknown, because no client submitted it. */
  script: Script | null;
  proc: ProcRecord;
  /** All runs labelled with its id, oldest first. */
  allRuns: readonly Run[];
  /** The runs of its own Job. */
  runs: readonly Run[];
  attempts: readonly AttemptRow[];
  /** Its end as first reported to a client; null: it has not ended. */
  end: KnownEnd | null;
}

/** An end with a status that the domain knows. */
export interface KnownEnd extends ReportedEnd {
  status: ExecutionStatus;
}

/** The evidence, ordered by execution. */
export interface CaseFile {
  evidence: Evidence;
  cases: ReadonlyMap<number, Case>;
  /** The executions of each submission, from its answers and its idempotency key. */
  idsOf: ReadonlyMap<Submission, ReadonlySet<number>>;
  /** Ids of all accepted executions, whether they are in the database or not. */
  accepted: ReadonlySet<number>;
  /** By the execution id in the pod's label; NaN: it has none. */
  runsOf: ReadonlyMap<number, readonly Run[]>;
  faults: FaultsNear;
}

export const EXECUTION_ID_LABEL = 'proctor.io/execution-id';

/** Pure. @throws Error when the record does not contain the proc of an execution: then nothing can be checked. */
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
    if (!proc) throw new Error(`the record does not contain proc ${row.proc} of execution ${row.id}`);
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

/** @returns null if it is not final */
export function endOf({ status, exitCode }: ReportedEnd): KnownEnd | null {
  return isExecutionStatus(status) && isFinal(status) ? { status, exitCode } : null;
}

/** When the container ended; Infinity while it still runs. */
export function untilMs(run: Run): number {
  return run.endedAtMs ?? Infinity;
}

/** Whether it exited by itself, and was not stopped. */
export function endedByItself({ killed, exitCode }: Run): boolean {
  return !killed && exitCode !== null;
}

/**
 * The pods of a proc with retries whose end costs none, because Kubernetes disrupted them. Of a pod that no worker saw, the
 * fault is the only witness.
 */
export function disruptedPods({ allRuns, attempts, proc }: Case, faults: FaultsNear): ReadonlySet<string> {
  const isUnseen = ({ podUid }: Run) => !attempts.some((attempt) => attempt.podUid === podUid);
  const wasStopped = (run: Run) => run.killed && faults.ofPods(run.startedAtMs, untilMs(run));
  return new Set(
    proc.retries === 0
      ? []
      : [
          ...attempts.filter(({ isDisrupted }) => isDisrupted),
          ...allRuns.filter((run) => isUnseen(run) && wasStopped(run)),
        ].map(({ podUid }) => podUid),
  );
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

/** The same key of two users is two keys. */
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
