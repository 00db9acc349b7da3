import type { FaultEffects } from './fault-effects.js';
import { kindOf } from './load/plan-request.js';
import type { ChaosOptions } from './options.js';
import { describeCommand } from './options.js';
import type { ChaosRecord } from './record.js';
import type { ServiceKind } from './world/service-kinds.js';

export interface SummaryInput {
  options: ChaosOptions;
  record: ChaosRecord;
  /** Executions of schedules, by final status. */
  scheduled: Readonly<Record<string, number>>;
  /** By kind. */
  faults: FaultEffects;
  peakRssMb: Readonly<Record<ServiceKind, number>>;
  mails: number;
  /** Skipped faults and problems of the run itself, one line each. */
  notes: readonly string[];
  seconds: { load: number; drain: number };
}

export interface Summary {
  command: string;
  executions: number;
  /** Accepted executions per second of load. */
  perSecond: number;
  /** Kind of execution → final status as clients saw it → count. */
  ends: Record<string, Record<string, number>>;
  refusals: Record<string, number>;
  faults: FaultEffects;
  peakRssMb: Readonly<Record<ServiceKind, number>>;
  mails: number;
  viewedLogs: number;
  seconds: { load: number; drain: number };
  notes: readonly string[];
}

/** Summarizes a run, apart from whether it kept its promises. Pure. */
export function summarize(input: SummaryInput): Summary {
  const { options, record, scheduled, faults, peakRssMb, mails, notes, seconds } = input;
  const ends: Record<string, Record<string, number>> = {};
  const refusals: Record<string, number> = {};
  for (const submission of record.submissions) {
    const isAccepted = submission.acceptedIds.length > 0;
    const end = submission.seenEnds.at(-1)?.status ?? (isAccepted ? 'end not seen' : 'not accepted');
    add((ends[kindOf(submission.key)] ??= {}), end);
    for (const { status } of submission.refusals) add(refusals, status === 0 ? 'no answer' : String(status));
  }
  if (Object.keys(scheduled).length > 0) ends.scheduled = { ...scheduled };
  const accepted = record.submissions.filter(({ acceptedIds }) => acceptedIds.length > 0).length;
  const executions = accepted + Object.values(scheduled).reduce((sum, count) => sum + count, 0);
  return {
    command: describeCommand(options),
    executions,
    perSecond: Math.round((executions / seconds.load) * 10) / 10,
    ends,
    refusals,
    faults,
    peakRssMb,
    mails,
    viewedLogs: record.submissions.filter(({ viewedLines }) => viewedLines !== null).length,
    seconds,
    notes,
  };
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
