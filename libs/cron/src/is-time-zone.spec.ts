import { describe, expect, it } from '@jest/globals';
import { isTimeZone } from './is-time-zone.js';

describe('isTimeZone', () => {
  it.each([
    'UTC',
    'Europe/Berlin',
    'europe/berlin',
    'Asia/Kolkata',
    'America/Argentina/Ushuaia',
    'Etc/GMT+2',
  ])('accepts %j', (text) => {
    expect(isTimeZone(text)).toBe(true);
  });

  it.each([
    '',
    '+02:00',
    '-0330',
    'UTC+2',
    'Z',
    'local',
    'Europe/Atlantis',
    ' UTC',
    'UTC ',
    '../UTC',
    '__proto__',
  ])('refuses %j', (text) => {
    expect(isTimeZone(text)).toBe(false);
  });
});
