import { groupBy, untilMs, type Case, type CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';
import { reapMs } from './one-job.js';

/** Never more containers of a proc at once than it may have: a container holds its slot until it has ended. Pure. */
export function checkLimits({ cases, evidence, faults }: CaseFile): Violation[] {
  const casesOf = groupBy(
    [...cases.values()],
    ({ proc }) => proc.name,
    (one) => one,
  );
  return evidence.record.procs.flatMap(({ name, concurrencyLimit }) => {
    if (concurrencyLimit === null) return [];
    const most = findMost(casesOf.get(name) ?? [], faults);
    if (most.count <= concurrencyLimit) return [];
    const when = new Date(most.atMs).toISOString();
    const told = `${most.count} containers ran at once at ${when}, of at most ${concurrencyLimit}`;
    return [{ promise: 'limits kept', subject: `proc ${name}`, told }];
  });
}

function findMost(cases: readonly Case[], faults: FaultsNear): { count: number; atMs: number } {
  const changes = cases
    .flatMap(({ allRuns }) => allRuns)
    .flatMap((run) => [
      { atMs: run.startedAtMs, by: 1 },
      { atMs: Math.max(run.startedAtMs, untilMs(run) - reapMs(run, faults)), by: -1 },
    ])
    // What ends in the same millisecond ends first: the clock does not say more.
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let count = 0;
  let most = { count: 0, atMs: 0 };
  for (const { atMs, by } of changes) {
    count += by;
    if (count > most.count) most = { count, atMs };
  }
  return most;
}
