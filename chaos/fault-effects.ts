import type { RunRecord } from '@app/kube-sandbox';
import type { ExecutionRow } from './check/evidence.js';
import type { FaultRecord } from './record.js';

/** What a kind of fault did to those who wait for ends. Where faults overlap, each has the effects of both. */
export interface FaultEffect {
  times: number;
  /** The longest time without any end, from a fault's beginning until it had healed and a while after. */
  longestPauseMs: number;
  /** The longest time from a container's end to its execution's, of those that waited while a fault was on. */
  latestEndMs: number;
}

/** What comes later after a fault is not its doing. */
const SETTLES_WITHIN_MS = 30_000;

interface Span {
  fromMs: number;
  untilMs: number;
}

/** By kind of fault. Pure. */
export function effectsOf(
  faults: readonly FaultRecord[],
  executions: readonly Pick<ExecutionRow, 'jobUid' | 'endedAtMs'>[],
  runs: readonly Pick<RunRecord, 'jobUid' | 'endedAt'>[],
): Record<string, FaultEffect> {
  const ends = executions.flatMap(({ endedAtMs }) => endedAtMs ?? []).sort((a, b) => a - b);
  const pauses = ends.slice(1).map((untilMs, i): Span => ({ fromMs: ends[i]!, untilMs }));
  const waits = waitsFor(executions, runs);
  const effects: Record<string, FaultEffect> = {};
  for (const { kind, fromMs, untilMs } of faults) {
    const effect = (effects[kind] ??= { times: 0, longestPauseMs: 0, latestEndMs: 0 });
    const settled = { fromMs, untilMs: untilMs + SETTLES_WITHIN_MS };
    effect.times += 1;
    effect.longestPauseMs = Math.max(effect.longestPauseMs, longest(pauses, settled));
    effect.latestEndMs = Math.max(effect.latestEndMs, longest(waits, { fromMs, untilMs }));
  }
  return effects;
}

/** From the end of an execution's last container until the execution's. */
function waitsFor(
  executions: readonly Pick<ExecutionRow, 'jobUid' | 'endedAtMs'>[],
  runs: readonly Pick<RunRecord, 'jobUid' | 'endedAt'>[],
): Span[] {
  const stoppedAt = new Map<string, number>();
  for (const { jobUid, endedAt } of runs) {
    if (endedAt) stoppedAt.set(jobUid, Math.max(stoppedAt.get(jobUid) ?? 0, Date.parse(endedAt)));
  }
  return executions.flatMap(({ jobUid, endedAtMs }) => {
    const fromMs = jobUid === null ? undefined : stoppedAt.get(jobUid);
    return fromMs === undefined || endedAtMs === null ? [] : [{ fromMs, untilMs: endedAtMs }];
  });
}

/** Of those that touch the window. */
function longest(spans: readonly Span[], { fromMs, untilMs }: Span): number {
  const touching = spans.filter((span) => span.fromMs <= untilMs && span.untilMs >= fromMs);
  return touching.reduce((most, span) => Math.max(most, span.untilMs - span.fromMs), 0);
}
