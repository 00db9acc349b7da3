import { groupBy, untilMs, type Case, type CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';
import { reapMs } from './one-job.js';

/** A proc never has more containers at once than its limit: a container holds its slot until it has ended. Pure. */
export function checkLimits({ cases, evidence, faults }: CaseFile): Violation[] {
  const casesOf = groupBy(
    [...cases.values()],
    ({ proc }) => proc.name,
    (one) => one,
  );
  return evidence.record.procs.flatMap(({ name, concurrencyLimit }) => {
    if (concurrencyLimit === null) return [];
    const peak = findPeak(casesOf.get(name) ?? [], faults);
    if (peak.count <= concurrencyLimit) return [];
    const when = new Date(peak.atMs).toISOString();
    const problem = `${peak.count} containers ran at once at ${when}; the limit is ${concurrencyLimit}`;
    return [{ promise: 'limits respected', subject: `proc ${name}`, problem }];
  });
}

function findPeak(cases: readonly Case[], faults: FaultsNear): { count: number; atMs: number } {
  const changes = cases
    .flatMap(({ allRuns }) => allRuns)
    .flatMap((run) => [
      { atMs: run.startedAtMs, by: 1 },
      { atMs: Math.max(run.startedAtMs, untilMs(run) - reapMs(run, faults)), by: -1 },
    ])
    // Within a millisecond, ends come before starts: the clock has no finer resolution.
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let count = 0;
  let peak = { count: 0, atMs: 0 };
  for (const { atMs, by } of changes) {
    count += by;
    if (count > peak.count) peak = { count, atMs };
  }
  return peak;
}
