import { WEEK_DAYS } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderBlackout } from '../output/render-blackout.js';
import { parseBlackout } from './parse-blackout.js';

describe('parseBlackout', () => {
  it.each([
    ['mon-fri 22:00-06:00', ['mon', 'tue', 'wed', 'thu', 'fri'], '22:00', '06:00'],
    ['22:00-06:00', WEEK_DAYS, '22:00', '06:00'],
    ['sun,SAT 0:00-24:00', ['sat', 'sun'], '00:00', '00:00'],
    ['fri-mon,wed  9:30-10:00', ['mon', 'wed', 'fri', 'sat', 'sun'], '09:30', '10:00'],
    [' mon,mon 01:00-02:00 ', ['mon'], '01:00', '02:00'],
  ])('%j', (text, days, from, until) => {
    expect(parseBlackout(text)).toEqual({ kind: 'weekly', days, from, until });
  });

  it('accepts two instants', () => {
    const [from, until] = ['2026-12-24T00:00:00+01:00', '2026-12-27T00:00:00Z'];
    expect(parseBlackout(`${from}/${until}`)).toEqual({ kind: 'once', from, until });
  });

  it.each([
    ['', /expected 'mon-fri/],
    ['mon', /expected 'mon-fri/],
    ['mon-', /expected 'mon-fri/],
    ['mon-tue-wed 01:00-02:00', /expected 'mon-fri/],
    ['montag 01:00-02:00', /expected 'mon-fri/],
    ['mon, 01:00-02:00', /expected 'mon-fri/],
    ['25:00-02:00', /00:00 to 23:59/],
    ['24:00-02:00', /00:00 to 23:59/],
    ['2026-12-24/2026-12-27', /expected 'mon-fri/],
    ['2026-12-24T00:00:00Z', /expected 'mon-fri/],
    ['2026-12-24T00:00:00Z/2026-12-24T00:00:00Z', /end after the start/],
    ['2026-12-24T00:00:00Z/2026-12-25T00:00:00Z/x', /expected 'mon-fri/],
    ['2026-12-24T00:00:00-05:00/9999-12-31T23:59:59-05:00', /years 1 to 9999 in UTC/],
  ])('refuses %j', (text, says) => {
    expect(() => parseBlackout(text)).toThrow(
      expect.objectContaining({
        code: 'invalid_args',
        details: [{ field: '--blackout', message: expect.stringMatching(says) as unknown }],
      }),
    );
  });

  it('parses what renderBlackout prints', () => {
    const time = fc
      .nat(24 * 60 - 1)
      .map((n) => [Math.floor(n / 60), n % 60].map((part) => String(part).padStart(2, '0')).join(':'));
    const days = fc.subarray([...WEEK_DAYS], { minLength: 1 });
    fc.assert(
      fc.property(days, time, time, (on, from, until) => {
        const window = { kind: 'weekly' as const, days: on, from, until };
        expect(parseBlackout(renderBlackout(window))).toEqual(window);
      }),
    );
  });
});

describe('renderBlackout', () => {
  it.each([
    [['mon', 'tue'] as const, 'mon,tue 01:00-02:00'],
    [['mon', 'tue', 'wed', 'sun'] as const, 'mon-wed,sun 01:00-02:00'],
    [WEEK_DAYS, '01:00-02:00'],
  ])('%j: %s', (days, text) => {
    expect(renderBlackout({ kind: 'weekly', days: [...days], from: '01:00', until: '02:00' })).toBe(text);
  });

  it('shows instants without fractions', () => {
    const [from, until] = ['2026-12-24T00:00:00.000Z', '2026-12-27T00:00:00.000Z'];
    expect(renderBlackout({ kind: 'once', from, until })).toBe('2026-12-24T00:00:00Z/2026-12-27T00:00:00Z');
  });
});
