import { describe, expect, it } from '@jest/globals';
import { renderComparison } from './compare.js';
import type { ReportRow } from './figures.js';
import { renderReport } from './render-report.js';

const spread = (min: number, median = min, max = median) => ({ min, median, max });
const rowOf = (median: number): ReportRow => ({
  name: 'accept, 1 client',
  figures: { 'per second': spread(median - 10, median, median + 10), 'p50 ms': spread(0.01234) },
  bare: { 'per second': spread(2_793) },
});

describe('renderReport', () => {
  it('shows the spread of the runs, and the bare figure where there is one', () => {
    expect(renderReport({ machine: '2 × CPU', runs: 1, rows: [rowOf(240)] })).toBe(
      `2 × CPU; 1 run

### accept, 1 client

|            | median | min to max |  bare |
| ---------- | -----: | ---------: | ----: |
| per second |    240 | 230 to 250 | 2,790 |
| p50 ms     | 0.0123 |            |       |`,
    );
  });
});

describe('renderComparison', () => {
  it('says how each figure changed, and whether the runs overlap', () => {
    expect(
      renderComparison([rowOf(100)], [rowOf(110), { name: 'new', figures: { a: spread(1) }, bare: {} }]),
    ).toBe(
      `### accept, 1 client

|            | before |  after | after / before |  ranges |
| ---------- | -----: | -----: | -------------: | ------: |
| per second |    100 |    110 |            1.1 | overlap |
| p50 ms     | 0.0123 | 0.0123 |              1 | overlap |`,
    );
    expect(renderComparison([rowOf(100)], [rowOf(200)])).toContain('|   apart |');
  });

  it('says when nothing can be compared', () => {
    expect(renderComparison([], [rowOf(1)])).toBe('The reports have no figure in common.');
  });
});
