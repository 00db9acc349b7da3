import { expect, it } from '@jest/globals';
import type { Case, CaseFile } from '../case-file.js';
import { FaultsNear } from '../faults-near.js';
import { checkJobs } from './one-job.js';

const at = (seconds: number) => 1_800_000_000_000 + seconds * 1_000;
const run = (podUid: string, from: number, until: number) => ({
  ...{ jobUid: 'job', podUid, restart: 0, killed: false, exitCode: 0 },
  ...{ startedAtMs: at(from), endedAtMs: at(until) },
});
const attempt = (n: number, podUid: string, isDisrupted = false) => ({
  ...{ executionId: 1, n, podUid, exitCode: 0, startedAtMs: null, isDisrupted },
});

/** A proc with two attempts that ran again although it had succeeded. */
function ranTwice(faultAt: number | null): CaseFile {
  const runs = [run('a', 1, 2), run('b', 5, 6)];
  const one = {
    ...{ id: 1, row: { jobUid: 'job' }, proc: { name: 'p', concurrencyLimit: null, retries: 1 } },
    ...{ runs, allRuns: runs, attempts: [attempt(1, 'a'), attempt(2, 'b')], end: null },
  } as unknown as Case;
  const kind = 'pods lost with their node';
  const faults = faultAt === null ? [] : [{ kind, fromMs: at(faultAt), untilMs: at(faultAt) }];
  return {
    cases: new Map([[1, one]]),
    ...{ accepted: new Set([1]), runsOf: new Map([[1, runs]]), faults: new FaultsNear(faults) },
  } as unknown as CaseFile;
}

it('accepts another attempt if the node was lost before its success was reported', () => {
  expect(checkJobs(ranTwice(3))).toEqual([]);
});

it.each([null, 7])('reports a second run after a success otherwise (node lost at %p)', (faultAt) => {
  expect(checkJobs(ranTwice(faultAt))).toHaveLength(1);
});

it.each([
  ['as many as were drained', 1, true, 0],
  ['more than were drained', 1, false, 1],
  ['any without retries', 0, true, 1],
])(
  'accepts pods beyond the retries only if they were drained: %s',
  (_name, retries, isDrained, violations) => {
    const drained = { ...run('a', 1, 2), killed: true, exitCode: 143 };
    const runs = [drained, { ...run('b', 3, 4), exitCode: 1 }, run('c', 5, 6)].slice(retries === 0 ? 1 : 0);
    const attempts = runs.map(({ podUid }, at) => attempt(at + 1, podUid, isDrained && at === 0));
    const one = {
      ...{ id: 1, row: { jobUid: 'job' }, proc: { name: 'p', concurrencyLimit: null, retries } },
      ...{ runs, allRuns: runs, attempts, end: null },
    } as unknown as Case;
    const file = {
      cases: new Map([[1, one]]),
      ...{ accepted: new Set([1]), runsOf: new Map([[1, runs]]), faults: new FaultsNear([]) },
    } as unknown as CaseFile;
    expect(checkJobs(file)).toHaveLength(violations);
  },
);
