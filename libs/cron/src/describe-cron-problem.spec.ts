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
    '0 0 * JAN MON',
  ])('takes %j', (cron) => {
    expect(describeCronProblem(cron)).toBeNull();
  });

  it.each([
    '',
    '* * * *',
    '* * * * * * *',
    '61 * * * *',
    '* * * * 9',
    '@sometimes',
    '@reboot',
    'H * * * *',
    'x y z a b',
    '0 0 31 2 *',
    '* '.repeat(200),
    '*/0 * * * *',
    '5-1 * * * *',
    '__proto__ * * * *',
  ])('refuses %j', (cron) => {
    expect(describeCronProblem(cron)).toMatch(/^expected five fields/);
  });
});
