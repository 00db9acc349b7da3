import { describe, expect, it } from '@jest/globals';
import { checkTokenLifetime, tokenExpiry } from './token-lifetime.js';

const DAY_S = 86_400;

describe('tokenExpiry', () => {
  it.each<[number | null | undefined, number | null, number | null, number | null | 'refused']>([
    // requested seconds, default days, maximum days, days
    [undefined, null, null, null],
    [undefined, 90, null, 90],
    [undefined, null, 30, 30],
    [undefined, 7, 30, 7],
    [null, 90, null, null],
    [null, null, 30, 'refused'],
    [DAY_S, 90, null, 1],
    [30 * DAY_S, null, 30, 30],
    [30 * DAY_S + 1, null, 30, 'refused'],
  ])('%s s with a default of %s and a maximum of %s days: %s', (seconds, defaultDays, maxDays, days) => {
    const expiry = () => tokenExpiry(seconds, { defaultDays, maxDays }, 0);
    if (days === 'refused') expect(expiry).toThrow('within 30 days');
    else expect(expiry()).toEqual(days === null ? null : new Date(days * DAY_S * 1_000));
  });
});

describe('checkTokenLifetime', () => {
  it('refuses a default beyond the maximum', () => {
    const check = (days: string, max: string) =>
      checkTokenLifetime({ PROCTOR_TOKEN_DEFAULT_DAYS: days, PROCTOR_TOKEN_MAX_DAYS: max });
    expect(check('90', '30')).toEqual([
      {
        variable: 'PROCTOR_TOKEN_DEFAULT_DAYS',
        expected: 'at most PROCTOR_TOKEN_MAX_DAYS, which is 30',
        found: '90',
      },
    ]);
    expect([check('30', '30'), check('', '30'), check('90', ''), check('x', '30')]).toEqual([[], [], [], []]);
  });
});
