import type { Evidence } from './check/evidence.js';
import type { FaultRecord } from './record.js';

/** What people and containers wait for; each is late for its own reasons. */
export const WAITS = {
  answer: 'until a submission that is asked for is accepted',
  start: 'from there to its first container, without those that wait for a concurrency limit',
  end: "from the last container's end to the execution's",
  tick: 'from the time of a tick to its execution',
  mail: 'from an event to the mail that tells it',
} as const;
export type WaitName = keyof typeof WAITS;

/** The longest wait of each name in milliseconds; one is missing where nobody waited. */
type LongestWaits = Partial<Record<WaitName, number>>;

/** What a kind of fault did to those who wait. Where faults overlap, the first one has the effects of both. */
export interface FaultEffect {
  times: number;
  longestMs: LongestWaits;
}

/** By kind of fault; `calm` is what comes of none. */
export type FaultEffects = Record<string, FaultEffect>;

export const CALM = 'calm';

/** What comes later after a fault is not its doing. More than a worker's lease. */
export const SETTLES_WITHIN_MS = 20_000;

export interface Wait {
  name: WaitName;
  fromMs: number;
  untilMs: number;
}

/** The longest waits by kind of fault. A wait counts for the first fault whose time, or while after it, it touches. Pure. */
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

/** Those that came to an end: what never did is for the checker. Pure. */
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

/** From the start of each Job's first container to the end of its last; without an end while one runs. */
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
