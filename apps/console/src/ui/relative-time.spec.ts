import { expect, it } from '@jest/globals';
import { relativeTime } from './relative-time.js';

const now = Date.parse('2026-01-31T10:00:00Z');

it.each([
  ['2026-01-31T09:59:58Z', 'just now'],
  ['2026-01-31T09:59:20Z', '40 sec. ago'],
  ['2026-01-31T09:57:00Z', '3 min. ago'],
  ['2026-01-31T12:30:00Z', 'in 2 hr.'],
  ['2026-01-30T09:00:00Z', 'yesterday'],
  ['2025-06-01T09:00:00Z', '2025-06-01'],
])('says of %s: %s', (instant, expected) => {
  expect(relativeTime(instant, now)).toBe(expected);
});
