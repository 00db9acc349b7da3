import { describe, expect, it } from '@jest/globals';
import { findTimeZone, timeIn } from './local-time.js';

describe('timeIn', () => {
  it.each([
    ['UTC', '2026-01-31T10:00:00.123Z', '2026-01-31T10:00:00Z'],
    ['Europe/Berlin', '2026-01-31T23:30:00Z', '2026-02-01T00:30:00+01:00'],
    ['Europe/Berlin', '2026-07-01T10:00:00Z', '2026-07-01T12:00:00+02:00'],
    ['Asia/Kolkata', '2026-01-31T10:00:00Z', '2026-01-31T15:30:00+05:30'],
    ['America/St_Johns', '2026-01-31T10:00:00Z', '2026-01-31T06:30:00-03:30'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T02:30:00+02:00'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00+01:00'],
    ['Europe/London', '2026-01-31T10:00:00+05:00', '2026-01-31T05:00:00Z'],
    ['Nowhere/Atall', '2026-01-31T10:00:00.5Z', '2026-01-31T10:00:00Z'],
  ])('%s of %s: %s', (zone, instant, shown) => {
    expect(timeIn(zone, instant)).toBe(shown);
    expect(Date.parse(timeIn(zone, instant))).toBe(Math.floor(Date.parse(instant) / 1_000) * 1_000);
  });
});

describe('findTimeZone', () => {
  it('uses a known zone, else the zone of the machine', () => {
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(findTimeZone('Asia/Kolkata')).toBe('Asia/Kolkata');
    expect([undefined, '', ':/etc/localtime', 'CET-1CEST'].map(findTimeZone)).toEqual(Array(4).fill(own));
  });
});
