import { describe, expect, it } from '@jest/globals';
import { localTimeOf } from './local-time-of.js';

describe('localTimeOf', () => {
  it.each([
    ['UTC', '2026-06-01T00:00:00Z', 'mon', 0],
    ['UTC', '2026-06-07T23:59:59.999Z', 'sun', 1439],
    ['Asia/Kathmandu', '2026-06-01T18:14:59Z', 'mon', 1439],
    ['Asia/Kathmandu', '2026-06-01T18:15:00Z', 'tue', 0],
    ['America/New_York', '2026-06-01T03:59:00Z', 'sun', 1439],
    ['Europe/Berlin', '2026-03-29T00:59:59Z', 'sun', 119],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 'sun', 180],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', 'sun', 150],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', 'sun', 150],
    ['UTC', '1969-12-31T12:00:00Z', 'wed', 720],
  ])('%s at %s: %s, %d minutes', (timeZone, instant, day, minutes) => {
    expect(localTimeOf(timeZone)(new Date(instant))).toEqual({ day, minutes });
  });
});
