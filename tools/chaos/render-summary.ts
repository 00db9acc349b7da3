import { CALM, WAITS, type FaultEffect, type FaultEffects, type WaitName } from './fault-effects.js';
import type { Summary } from './summary.js';

/** The summary as text for a terminal. */
export function renderSummary(summary: Summary): string {
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
    ...renderFaults(faults),
    `emails      ${mails}; logs viewed live ${viewedLogs}`,
    `peak memory ${list(Object.fromEntries(Object.entries(peakRssMb).map(([kind, mb]) => [kind, Math.round(mb)])))} MB`,
    `time        ${Math.round(seconds.load)} s of load, ${Math.round(seconds.drain)} s to drain`,
    ...notes.map((note) => `note        ${note}`),
  ].join('\n');
}

function renderFaults(faults: FaultEffects): string[] {
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
