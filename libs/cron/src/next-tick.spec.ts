import { describe, expect, it } from '@jest/globals';
import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { nextTick } from './next-tick.js';
import { parseCron } from './parse-cron.js';
import { sixFields } from './testing/arbitrary-cron.js';

/** In UTC, whose clock never changes. */
function next(cron: string, after: string): string | null {
  const tick = nextTick(parseCron(cron), Date.parse(after) / 1000);
  return tick === null ? null : new Date(tick * 1000).toISOString().slice(0, 19);
}

describe('nextTick', () => {
  it.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00'],
    ['* * * * *', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00'],
    ['* * * * * *', '2026-12-31T23:59:59.5Z', '2027-01-01T00:00:00'],
    ['0 0 31 * *', '2026-01-31T00:00:00Z', '2026-03-31T00:00:00'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00'],
    ['0 0 29 2 *', '2096-02-29T00:00:00Z', '2104-02-29T00:00:00'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00'],
    ['0 0 13 * 5', '2026-01-10T00:00:00Z', '2026-01-13T00:00:00'],
    ['0 0 */10 * 5', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00'],
    ['0 0 31 2 1', '2026-01-01T00:00:00Z', '2026-02-02T00:00:00'],
    ['0 0 L * *', '2028-02-01T00:00:00Z', '2028-02-29T00:00:00'],
    ['0 0 * * 5L', '2026-01-01T00:00:00Z', '2026-01-30T00:00:00'],
    ['0 0 * 2 1#5', '2026-01-01T00:00:00Z', '2044-02-29T00:00:00'],
    ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00'],
    ['0 0 31 4,6,9,11 *', '2026-01-01T00:00:00Z', null],
  ])('%s after %s: %s', (cron, after, expected) => {
    expect(next(cron, after)).toBe(expected);
  });

  it('agrees with cron-parser where the clock never changes', () => {
    const instants = fc.date({
      min: new Date('1990-01-01'),
      max: new Date('2090-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(sixFields, instants, (cron, after) => {
        // Where we follow robfig: cron-parser takes `*/1` for a restriction.
        const plain = cron.replace(/\*\/1(?= |$)/g, '*');
        const expected = CronExpressionParser.parse(plain, { tz: 'UTC', currentDate: after }).next();
        expect(nextTick(parseCron(cron), after.getTime() / 1000)).toBe(expected.getTime() / 1000);
      }),
      { numRuns: 300 },
    );
  });
});
