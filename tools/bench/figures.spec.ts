import { describe, expect, it } from '@jest/globals';
import { RATE, SHARE, summarize, type Row } from './figures.js';

describe('summarize', () => {
  it('takes the share of each run by itself, then the spread over the runs', () => {
    const runs = [
      [{ name: 'accept', figures: { [RATE]: 10 }, bare: { [RATE]: 100 } }],
      [{ name: 'accept', figures: { [RATE]: 30 }, bare: { [RATE]: 60 } }],
      [{ name: 'accept', figures: { [RATE]: 20 }, bare: { [RATE]: 100 } }],
    ];
    expect(summarize(runs)).toEqual([
      {
        name: 'accept',
        figures: {
          [RATE]: { min: 10, median: 20, max: 30 },
          [SHARE]: { min: 0.1, median: 0.2, max: 0.5 },
        },
        bare: { [RATE]: { min: 60, median: 100, max: 100 } },
      },
    ]);
  });

  it('takes the middle between two runs, and leaves out what a run does not have', () => {
    const runs: Row[][] = [
      [{ name: 'idle', figures: { a: 1, b: 5 } }],
      [
        { name: 'idle', figures: { a: 4 } },
        { name: 'start', figures: { c: 2 } },
      ],
    ];
    expect(summarize(runs)).toEqual([
      {
        name: 'idle',
        figures: { a: { min: 1, median: 2.5, max: 4 }, b: { min: 5, median: 5, max: 5 } },
        bare: {},
      },
      { name: 'start', figures: { c: { min: 2, median: 2, max: 2 } }, bare: {} },
    ]);
  });
});
