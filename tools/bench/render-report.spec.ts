import { describe, expect, it } from '@jest/globals';
import { renderComparison } from './compare.js';
import type { ReportRow } from './figures.js';
import { renderReport } from './render-report.js';

const spread = (min: number, median = min, max = median) => ({ min, median, max });
const rowOf = (median: number): ReportRow => ({
  name: 'accept, 1 client',
  figures: {
    'per second': spread(median - 10, median, median + 10),
    'p50 ms': spread(0.01234),
    'CPU ms gateway': spread(3),
  },
  bare: { 'per second': spread(2_793), 'CPU ms gateway': spread(0.2), 'CPU ms client': spread(0.1) },
});

describe('renderReport', () => {
  it('shows speed and processor time beside those of the bare program, and then other figures', () => {
    const counts = { name: 'counts', figures: { commits: spread(4, 5, 6) }, bare: {} };
    expect(renderReport({ machine: '2 × CPU', runs: 3, rows: [rowOf(240), counts] })).toBe(
      `2 × CPU; 3 runs

|                  | per second | min to max |  bare | share | p50 ms | p99 ms | bare p50 ms |
| ---------------- | ---------: | ---------: | ----: | ----: | -----: | -----: | ----------: |
| accept, 1 client |        240 | 230 to 250 | 2,790 |       | 0.0123 |        |             |

| CPU ms of one operation | gateway | client |
| ----------------------- | ------: | -----: |
| accept, 1 client        |       3 |        |
| – bare                  |     0.2 |    0.1 |

| counts  | median | min to max | bare |
| ------- | -----: | ---------: | ---: |
| commits |      5 |     4 to 6 |      |`,
    );
  });
});

describe('renderComparison', () => {
  it('says how each figure changed, and whether the runs overlap', () => {
    expect(
      renderComparison([rowOf(100)], [rowOf(110), { name: 'new', figures: { a: spread(1) }, bare: {} }]),
    ).toBe(
      `### accept, 1 client

|                | before |  after | after / before |  ranges |
| -------------- | -----: | -----: | -------------: | ------: |
| per second     |    100 |    110 |            1.1 | overlap |
| p50 ms         | 0.0123 | 0.0123 |              1 | overlap |
| CPU ms gateway |      3 |      3 |              1 | overlap |`,
    );
    expect(renderComparison([rowOf(100)], [rowOf(200)])).toContain('|   apart |');
  });

  it('says when nothing can be compared', () => {
    expect(renderComparison([], [rowOf(1)])).toBe('The reports have no figure in common.');
  });
});
