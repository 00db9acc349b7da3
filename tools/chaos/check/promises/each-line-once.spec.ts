import { expect, it } from '@jest/globals';
import type { Case, CaseFile } from '../case-file.js';
import { FaultsNear } from '../faults-near.js';
import { checkLogs } from './each-line-once.js';

/** An execution whose container ended by itself, and whose log is nothing but a gap marker. */
function withLostLog(status: string): CaseFile {
  const run = { killed: false, exitCode: 0, startedAtMs: 1_000, endedAtMs: 2_000 };
  const one = {
    ...{ id: 1, script: { lines: 3 }, runs: [run], end: { status }, submission: null },
    row: { createdAtMs: 0, endedAtMs: 3_000 },
  } as unknown as Case;
  return {
    cases: new Map([[1, one]]),
    evidence: { logs: new Map([[1, [{ kind: 'gap', text: '' }]]]), details: new Map() },
    faults: new FaultsNear([]),
  } as unknown as CaseFile;
}

it('accepts a gap if a cancel may have deleted the pod before its log was read', () => {
  expect(checkLogs(withLostLog('CANCELLED'))).toEqual([]);
});

it('reports a gap without a fault otherwise', () => {
  expect(checkLogs(withLostLog('FINISHED'))).toMatchObject([
    { problem: expect.stringMatching(/gap marker/) },
  ]);
});
