import { describe, expect, it } from '@jest/globals';
import { BENCH_NAMES } from './bench-names.js';
import { BENCH_HELP, parseBenchOptions } from './bench-options.js';

describe('parseBenchOptions', () => {
  it('measures everything five times by default', () => {
    expect(parseBenchOptions([])).toEqual({
      only: BENCH_NAMES,
      runs: 5,
      historyRows: 1_000_000,
      json: null,
      compare: null,
    });
  });

  it('takes names with commas or one by one', () => {
    const args = [
      '--only',
      'accept,pipeline',
      '--only',
      'accept',
      '--runs',
      '1',
      '--history-rows',
      '10000000',
      '--json',
      'a',
      '--compare',
      'b',
    ];
    expect(parseBenchOptions(args)).toEqual({
      only: ['accept', 'pipeline'],
      runs: 1,
      historyRows: 10_000_000,
      json: 'a',
      compare: 'b',
    });
  });

  it.each([
    [['--only', 'acept'], '--only expects some of accept, pipeline'],
    [['--only', 'acept'], 'got "acept"'],
    [['--runs', '0'], '--runs expects a whole number from 1 to 100; got "0"'],
    [['--runs', '1.5'], 'got "1.5"'],
    [['--history-rows', '1e6'], '--history-rows expects a whole number'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseBenchOptions(args)).toThrow(message);
  });

  it('shows its help, which names what can be measured', () => {
    expect(parseBenchOptions(['--runs', '0', '--help'])).toBeNull();
    expect(BENCH_HELP).toContain(BENCH_NAMES.join(', '));
  });
});
