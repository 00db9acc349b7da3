import { expect, it } from '@jest/globals';
import type { Case, CaseFile } from '../case-file.js';
import { FaultsNear } from '../faults-near.js';
import { checkEnds } from './one-correct-end.js';

const at = (seconds: number) => 1_800_000_000_000 + seconds * 1_000;
const run = (podUid: string, from: number, until: number, exitCode: number) => ({
  ...{ jobUid: 'job', podUid, restart: 0, killed: false, exitCode },
  ...{ startedAtMs: at(from), endedAtMs: at(until) },
});
const attempt = (n: number, podUid: string, exitCode: number | null) => ({
  ...{ executionId: 1, n, podUid, exitCode, startedAtMs: null, isDisrupted: false },
});

/** A proc with two attempts whose container exits with 53 each time. */
function failed(parts: Pick<Case, 'runs' | 'attempts'>, faultAt: number | null): CaseFile {
  const end = { status: 'POD_FAILED', exitCode: null } as const;
  const row = {
    ...{ id: 1, proc: 'p', userEmail: 'u', scheduleId: null, reason: 'Evicted', jobUid: 'job', ...end },
    ...{ createdAtMs: at(0), endedAtMs: at(20) },
  };
  const one: Case = {
    ...{ id: 1, row, submission: null, schedule: null, script: { lines: 1, durationMs: 1, exitCode: 53 } },
    ...{ proc: { name: 'p', concurrencyLimit: null, retries: 1 }, allRuns: parts.runs, end, ...parts },
  };
  const faults = faultAt === null ? [] : [{ kind: 'pods killed', fromMs: at(faultAt), untilMs: at(faultAt) }];
  return { cases: new Map([[1, one]]), faults: new FaultsNear(faults) } as unknown as CaseFile;
}

it('accepts no exit code if the pod of the last attempt was killed before it ran', () => {
  const evicted = {
    runs: [run('a', 1, 2, 53)],
    attempts: [attempt(1, 'a', 53), attempt(2, 'b', null)],
  };
  expect(checkEnds(failed(evicted, 10))).toEqual([]);
  expect(checkEnds(failed(evicted, null))).toHaveLength(1);
});

it('requires the exit code of a container that ran to its end', () => {
  const ran = {
    runs: [run('a', 1, 2, 53), run('b', 3, 4, 53)],
    attempts: [attempt(1, 'a', 53), attempt(2, 'b', 53)],
  };
  expect(checkEnds(failed(ran, 10))).toHaveLength(1);
});
