import { describe, expect, it } from '@jest/globals';
import { isTimeZone } from './is-time-zone.js';

const NAMES = [
  'UTC',
  'Europe/Berlin',
  'europe/berlin',
  'Asia/Kolkata',
  'America/Argentina/Ushuaia',
  'Etc/GMT+2',
];

describe('isTimeZone', () => {
  it.each(NAMES)('accepts %j', (text) => expect(isTimeZone(text)).toBe(true));

  it.each(['+02:00', '-0330', 'UTC+2', 'Z', 'local'])('rejects %j, which is no name of a zone', (text) =>
    expect(isTimeZone(text)).toBe(false),
  );

  it.each(['', 'Europe/Atlantis', ' UTC', 'UTC ', '../UTC', '__proto__'])(
    'rejects the unknown name %j',
    (text) => expect(isTimeZone(text)).toBe(false),
  );
});
