import type { Evidence } from './check/evidence.js';
import type { FaultRecord } from './record.js';

/** The waits that a fault can make longer. */
export const WAITS = {
  answer: 'from the first request of a submission until it is accepted',
  start: 'from there to its first container; submissions with a concurrency limit are left out',
  end: 'from the end of the last container to the end of the execution',
  tick: 'from the scheduled time of a tick to its execution',
  mail: 'from an event to its email',
} as const;
export type WaitName = keyof typeof WAITS;

/** The longest wait of each kind in milliseconds; absent where nothing waited. */
type LongestWaits = Partial<Record<WaitName, number>>;

/** The longest waits near faults of one kind. Where faults overlap, the first one is charged for both. */
export interface FaultEffect {
  times: number;
  longestMs: LongestWaits;
}

/** By kind of fault; `calm` has the waits that no fault touched. */
export type FaultEffects = Record<string, FaultEffect>;

export const CALM = 'calm';

/** A wait that begins later than this after a fault is not charged to it. Longer than a worker's lease. */
export const SETTLES_WITHIN_MS = 20_000;

export interface Wait {
  name: WaitName;
  fromMs: number;
  untilMs: number;
}

/** The longest waits by kind of fault. A wait is charged to the first fault whose time, or aftermath, it touches. Pure. */
export function effectsOf(faults: readonly FaultRecord[], waits: readonly Wait[]): FaultEffects {
  const inOrder = [...faults].sort((a, b) => a.fromMs - b.fromMs);
  const effects: FaultEffects = { [CALM]: { times: 1, longestMs: {} } };
  for (const { kind } of inOrder) (effects[kind] ??= { times: 0, longestMs: {} }).times += 1;
  for (const { name, fromMs, untilMs } of waits) {
    const cause = inOrder.find(
      (fault) => fromMs <= fault.untilMs + SETTLES_WITHIN_MS && untilMs >= fault.fromMs,
    );
    const { longestMs } = effects[cause?.kind ?? CALM]!;
    longestMs[name] = Math.max(longestMs[name] ?? 0, untilMs - fromMs);
  }
  return effects;
}

/** The waits that are over; the checker reports what never ended. Pure. */
export function listWaits(
  evidence: Pick<Evidence, 'record' | 'executions' | 'runs' | 'ticks' | 'deliveries'>,
): Wait[] {
  const { record, executions, ticks, deliveries } = evidence;
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  const limited = new Set(
    record.procs.filter(({ concurrencyLimit }) => concurrencyLimit !== null).map(({ name }) => name),
  );
  const spans = spansOfJobs(evidence.runs);
  const waits: Wait[] = [];
  const add = (name: WaitName, fromMs: number | null | undefined, untilMs: number | null | undefined) => {
    if (typeof fromMs === 'number' && typeof untilMs === 'number') waits.push({ name, fromMs, untilMs });
  };
  for (const { askedAtMs, acceptedIds } of record.submissions) {
    add('answer', askedAtMs, byId.get(acceptedIds[0] ?? NaN)?.createdAtMs);
  }
  for (const { proc, jobUid, createdAtMs, endedAtMs } of executions) {
    const span = spans.get(jobUid ?? '');
    if (!limited.has(proc)) add('start', createdAtMs, span?.fromMs);
    add('end', span?.untilMs, endedAtMs);
  }
  for (const { fireAtMs, executionId } of ticks) {
    add('tick', fireAtMs, byId.get(executionId ?? NaN)?.createdAtMs);
  }
  for (const { channel, eventAtMs, sentAtMs } of deliveries) {
    if (channel === 'mail') add('mail', eventAtMs, sentAtMs);
  }
  return waits;
}

/** From the start of each Job's first container to the end of its last; null while one still runs. */
function spansOfJobs(runs: Evidence['runs']): Map<string, { fromMs: number; untilMs: number | null }> {
  const spans = new Map<string, { fromMs: number; untilMs: number | null }>();
  for (const run of runs) {
    const fromMs = Date.parse(run.startedAt);
    const untilMs = run.endedAt === null ? null : Date.parse(run.endedAt);
    const known = spans.get(run.jobUid);
    if (!known) spans.set(run.jobUid, { fromMs, untilMs });
    else {
      spans.set(run.jobUid, {
        fromMs: Math.min(known.fromMs, fromMs),
        untilMs: known.untilMs === null || untilMs === null ? null : Math.max(known.untilMs, untilMs),
      });
    }
  }
  return spans;
}
