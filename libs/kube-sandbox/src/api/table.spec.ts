import { describe, expect, it } from '@jest/globals';
import type { Job, Pod } from '../objects/kube-object.js';
import { humanDuration, tableOf } from './table.js';

const NOW_MS = Date.parse('2026-01-01T00:05:00Z');
const firstRow = (table: object) => (table as { rows: { cells: unknown[] }[] }).rows[0]?.cells;

describe('humanDuration', () => {
  it.each([
    [0, '0s'],
    [119_000, '119s'],
    [125_000, '2m5s'],
    [11 * 60_000, '11m'],
    [4 * 3_600_000, '4h'],
    [4.5 * 3_600_000, '4h30m'],
    [30 * 3_600_000, '30h'],
    [75 * 3_600_000, '3d3h'],
    [10 * 86_400_000, '10d'],
  ])('%d ms: %s', (durationMs, text) => {
    expect(humanDuration(durationMs)).toBe(text);
  });
});

describe('tableOf', () => {
  it('shows a pod', () => {
    const pod = {
      metadata: { name: 'p', creationTimestamp: '2026-01-01T00:04:00Z' },
      spec: { containers: [{}], nodeName: 'n' },
      status: {
        phase: 'Failed',
        containerStatuses: [{ restartCount: 2, ready: false, state: { terminated: { reason: 'Error' } } }],
      },
    } as unknown as Pod;
    expect(firstRow(tableOf('pods', [pod], {}, NOW_MS))).toEqual([
      'p',
      '0/1',
      'Error',
      2,
      '60s',
      '<none>',
      'n',
    ]);
  });

  it('shows a job', () => {
    const job = {
      metadata: { name: 'j', creationTimestamp: '2026-01-01T00:04:00Z' },
      spec: {
        completions: 1,
        selector: { matchLabels: { a: 'b' } },
        template: { spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
      status: {
        succeeded: 1,
        startTime: '2026-01-01T00:04:00Z',
        completionTime: '2026-01-01T00:04:07Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    } as unknown as Job;
    expect(firstRow(tableOf('jobs', [job], {}, NOW_MS))).toEqual([
      'j',
      'Complete',
      '1/1',
      '7s',
      '60s',
      'c',
      'i',
      'a=b',
    ]);
  });
});
