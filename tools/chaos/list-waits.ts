import type { Evidence } from './check/evidence.js';
import type { Wait, WaitName } from './fault-effects.js';

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
