import { expect, it } from '@jest/globals';
import { formatLogTime } from './log-time.js';

const start = Date.parse('2026-01-31T10:00:00.000Z');

it.each([
  [250, 'utc', '10:00:00.250'],
  [250, 'off', ''],
  [1_250, 'relative', '+1.250'],
  [62_005, 'relative', '+1:02.005'],
  [3_723_250, 'relative', '+1:02:03.250'],
  [-500, 'relative', '-0.500'],
] as const)('shows %d ms after the start, %s, as %j', (ms, mode, expected) => {
  expect(formatLogTime(start + ms, mode, start)).toBe(expected);
});

it('shows nothing for a time that is unknown', () => {
  expect(formatLogTime(null, 'utc', start)).toBe('');
  expect(formatLogTime(start, 'relative', null)).toBe('');
});
