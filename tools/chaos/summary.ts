import { CALM, WAITS, type FaultEffect, type FaultEffects, type WaitName } from './fault-effects.js';
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

/** For a terminal. */
export function describeSummary(summary: Summary): string {
  const { executions, perSecond, ends, refusals, faults, peakRssMb, mails, viewedLogs, seconds, notes } =
    summary;
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  return [
    `executions  ${executions} (${perSecond} per second of load)`,
    ...Object.keys(ends)
      .sort()
      .map((kind) => `  ${kind.padEnd(16)} ${list(ends[kind]!)}`),
    `refusals    ${list(refusals)} (each was retried)`,
    ...describeFaults(faults),
    `emails      ${mails}; logs viewed live ${viewedLogs}`,
    `peak memory ${list(Object.fromEntries(Object.entries(peakRssMb).map(([kind, mb]) => [kind, Math.round(mb)])))} MB`,
    `time        ${Math.round(seconds.load)} s of load, ${Math.round(seconds.drain)} s to drain`,
    ...notes.map((note) => `note        ${note}`),
  ].join('\n');
}

function describeFaults(faults: FaultEffects): string[] {
  const { [CALM]: calm, ...others } = faults;
  const names = Object.keys(WAITS) as WaitName[];
  const row = (kind: string, { times, longestMs }: FaultEffect) => {
    const cells = names.map((name) => secondsOf(longestMs[name]).padStart(8));
    return `  ${kind.padEnd(28)} ${String(times).padStart(5)} ${cells.join('')}`;
  };
  return [
    `faults      ${Object.values(others).reduce((sum, { times }) => sum + times, 0)}; times injected and longest waits in seconds, each charged to the first fault that it touches:`,
    ...names.map((name) => `  ${name.padEnd(9)} ${WAITS[name]}`),
    `  ${' '.repeat(28)} times ${names.map((name) => name.padStart(8)).join('')}`,
    ...Object.keys(others)
      .sort()
      .map((kind) => row(kind, others[kind]!)),
    ...(calm ? [row('no fault near', calm)] : []),
  ];
}

const secondsOf = (ms: number | undefined) => (ms === undefined ? '-' : (ms / 1_000).toFixed(1));
