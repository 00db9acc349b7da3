import { describe, expect, it } from '@jest/globals';
import { findClockChange, offsetOf } from './zone-clock.js';

const second = (text: string): number => Date.parse(text) / 1000;
const HOUR = 3600;

describe('offsetOf', () => {
  it.each([
    ['UTC', '2026-06-01T12:00:00Z', 0],
    ['Europe/Berlin', '2026-01-01T00:00:00Z', HOUR],
    ['Europe/Berlin', '2026-07-01T00:00:00Z', 2 * HOUR],
    ['Asia/Kolkata', '2026-07-01T00:00:00Z', 5.5 * HOUR],
    ['Asia/Kathmandu', '2026-07-01T23:59:59Z', 5.75 * HOUR],
    ['America/St_Johns', '2026-01-01T02:00:00Z', -3.5 * HOUR],
    ['Pacific/Kiritimati', '2026-12-31T12:00:00Z', 14 * HOUR],
    ['Pacific/Pago_Pago', '2026-01-01T10:59:59Z', -11 * HOUR],
  ])('%s at %s', (timeZone, instant, offset) => {
    expect(offsetOf(timeZone)(second(instant))).toBe(offset);
  });

  it.each(['Europe/Atlantis', '', 'local'])('refuses %j', (timeZone) => {
    expect(() => offsetOf(timeZone)).toThrow(RangeError);
  });
});

describe('findClockChange', () => {
  const berlin = offsetOf('Europe/Berlin');
  const at = second('2026-03-29T01:00:00Z');

  it('finds the second at which the clock changes', () => {
    const change = { at, before: HOUR, after: 2 * HOUR };
    expect(findClockChange(berlin, at - 86_400, at + 86_400)).toEqual(change);
    expect(findClockChange(berlin, at - 1, at)).toEqual(change);
  });

  it('finds none before, after, or in an empty range', () => {
    expect(findClockChange(berlin, at - 86_400, at - 1)).toBeNull();
    expect(findClockChange(berlin, at, at + 86_400)).toBeNull();
    expect(findClockChange(berlin, at, at)).toBeNull();
  });

  it('finds the day that Samoa skipped', () => {
    const midnight = second('2011-12-30T10:00:00Z');
    expect(findClockChange(offsetOf('Pacific/Apia'), midnight - 9999, midnight + 9999)).toEqual({
      at: midnight,
      before: -10 * HOUR,
      after: 14 * HOUR,
    });
  });
});
