import { describe, expect, it } from '@jest/globals';
import { describeCronProblem } from './describe-cron-problem.js';

describe('describeCronProblem', () => {
  it.each([
    '*/5 * * * *',
    '0 0 31 * *',
    '  0 2 * * 1-5 ',
    '*/10 * * * * *',
    '0 0 29 2 *',
    '@daily',
    '@Hourly',
    '@midnight',
    '0 0 * JAN MON',
    '0 0 * jan-mar,dec Mon-Fri,SUN',
    '0 0 ? * 7',
    '5/15 0/2 * * *',
    '0 0 L * *',
    '0 0 * * FRIL',
    '0 0 * * 1#5',
    '0 0 31 2 MON',
  ])('accepts %j', (cron) => {
    expect(describeCronProblem(cron)).toBeNull();
  });

  it.each([
    ['', 'got 0 fields'],
    ['5', 'got 1 field'],
    ['* * * *', 'got 4 fields'],
    ['* * * * * * *', 'got 7 fields'],
    ['61 * * * *', '0-59'],
    ['* * * * 9', 'got "9" as day of the week'],
    ['@sometimes', 'got "@sometimes"'],
    ['@reboot', 'got "@reboot"'],
    ['@__proto__', 'got "@__proto__"'],
    ['H * * * *', 'got "H" as minute'],
    ['x y z a b', 'got "x" as minute'],
    ['* '.repeat(200), 'at most 200 characters'],
    ['*/0 * * * *', 'every 0'],
    ['5-1 * * * *', '5-1'],
    ['__proto__ * * * *', 'got "__proto__" as minute'],
    ['5* * * * *', 'got "5*" as minute'],
    ['0 1-2-3 * * *', 'got "1-2-3" as hour'],
    ['0 0 * MON *', 'got "MON" as month'],
    ['0 0 * * JAN', 'got "JAN" as day of the week'],
    ['0 0 1L * *', 'got "1L" as day of the month'],
    ['0 0 * * L', 'got "L" as day of the week'],
    ['0,, * * * *', 'got "0,," as minute'],
    ['0 0 31 2 *', 'never matches'],
    ['0 0 30 FEB *', 'never matches'],
    ['0 0 31 2,4,6,9,11 *', 'never matches'],
  ])('refuses %j', (cron, problem) => {
    expect(describeCronProblem(cron)).toMatch(/^expected five fields/);
    expect(describeCronProblem(cron)).toContain(problem);
  });
});
