import { describe, expect, it } from '@jest/globals';
import { describeCronProblem } from './describe-cron-problem.js';
import { parseCron } from './parse-cron.js';

/*
 * What Debian's Vixie cron 3.0pl1 (`crontab -n`) and robfig/cron v1, which v2 used, accept, and what they make of it; for
 * robfig without its field of seconds. Where Vixie cron drops a part without a word (`*-5`, `5.0`, `1-2-3`) or accepts
 * what never fires (`5-1`), Proctor refuses.
 */
type Accepts = 'both' | 'vixie' | 'robfig';

const WEEK = '0,1,2,3,4,5,6';

describe('what Vixie cron or robfig accept', () => {
  it.each<[cron: string, by: Accepts, minutes: string]>([
    ['0,7 * * * *', 'both', '0,7'],
    ['7,0,7 * * * *', 'both', '0,7'],
    ['0,*/15 * * * *', 'both', '0,15,30,45'],
    ['1,1-3 * * * *', 'both', '1,2,3'],
    ['3-5,1-4 * * * *', 'both', '1,2,3,4,5'],
    ['0-2,2-4 * * * *', 'both', '0,1,2,3,4'],
    ['1-5,10-20/3,30 * * * *', 'both', '1,2,3,4,5,10,13,16,19,30'],
    ['5-5 * * * *', 'both', '5'],
    ['1-5/10 * * * *', 'both', '1'],
    ['007 * * * *', 'both', '7'],
    ['00,08,09 * * * *', 'both', '0,8,9'],
    ['*/59 * * * *', 'both', '0,59'],
    ['*/007 * * * *', 'both', '0,7,14,21,28,35,42,49,56'],
    ['40/7 * * * *', 'robfig', '40,47,54'],
    ['?/20 * * * *', 'robfig', '0,20,40'],
  ])('%s (%s): minutes %s', (cron, _by, minutes) => {
    expect(describeCronProblem(cron)).toBeNull();
    expect(parseCron(cron).minutes.join()).toBe(minutes);
  });

  it.each<[cron: string, by: Accepts, hours: string]>([
    ['0 0,12 * * *', 'both', '0,12'],
    ['0 */23 * * *', 'both', '0,23'],
    ['0 0-23/6 * * *', 'both', '0,6,12,18'],
    ['0 08-10 * * *', 'both', '8,9,10'],
  ])('%s (%s): hours %s', (cron, _by, hours) => {
    expect(parseCron(cron).hours.join()).toBe(hours);
  });

  it.each<[cron: string, by: Accepts, months: string]>([
    ['0 0 1 jan,feb-apr *', 'both', '1,2,3,4'],
    ['0 0 1 JAN,1,1-2 *', 'both', '1,2'],
    ['0 0 1 JAN-12 *', 'both', '1,2,3,4,5,6,7,8,9,10,11,12'],
    ['0 0 1 OCT-DEC/2 *', 'both', '10,12'],
    ['0 0 1 */12 *', 'both', '1'],
    ['0 0 1 01 *', 'both', '1'],
  ])('%s (%s): months %s', (cron, _by, months) => {
    expect(parseCron(cron).months.join()).toBe(months);
  });

  it.each<[cron: string, by: Accepts, days: string]>([
    ['0 0 1,1-3 * *', 'both', '1,2,3'],
    ['0 0 */31 * *', 'both', '1'],
    ['0 0 01,15 * *', 'both', '1,15'],
  ])('%s (%s): days of the month %s', (cron, _by, days) => {
    expect(parseCron(cron).monthDays?.days.join()).toBe(days);
  });

  it.each<[cron: string, by: Accepts, days: string]>([
    ['0 0 * * MON-SUN', 'vixie', WEEK],
    ['0 0 * * SAT-SUN', 'vixie', '0,6'],
    ['0 0 * * fri-Sun', 'vixie', '0,5,6'],
    ['0 0 * * TUE-SUN/2', 'vixie', '2,4,6'],
    ['0 0 * * 1-SUN', 'vixie', WEEK],
    ['0 0 * * SUN-MON', 'both', '0,1'],
    ['0 0 * * SUN-SAT', 'both', WEEK],
    ['0 0 * * SUN-SUN', 'both', '0'],
    ['0 0 * * 0-SUN', 'both', '0'],
    ['0 0 * * SUN,7', 'vixie', '0'],
    ['0 0 * * 0,7', 'vixie', '0'],
    ['0 0 * * 5-7', 'vixie', '0,5,6'],
    ['0 0 * * 0-7', 'vixie', WEEK],
    ['0 0 * * 7-7', 'vixie', '0'],
    ['0 0 * * SUN-7', 'vixie', WEEK],
    ['0 0 * * 07', 'vixie', '0'],
    ['0 0 * * 1,1-3,WED', 'both', '1,2,3'],
    ['0 0 * * MON-FRI/2', 'both', '1,3,5'],
    ['0 0 * * */7', 'vixie', '0'],
  ])('%s (%s): weekdays %s', (cron, _by, days) => {
    expect(describeCronProblem(cron)).toBeNull();
    expect(parseCron(cron).weekDays?.days.join()).toBe(days);
  });

  it.each<[cron: string, by: Accepts]>([
    ['0 0 */1 * 1', 'both'],
    ['0 0 *,1 * 1', 'both'],
    ['0 0 1,* * 1', 'robfig'],
    ['0 0 ? * 1', 'robfig'],
  ])('%s (%s): any day of the month, so Mondays', (cron) => {
    expect(parseCron(cron)).toMatchObject({ monthDays: null, weekDays: { days: [1] } });
  });
});

describe('a list beyond both', () => {
  it('may name several nth and last weekdays', () => {
    expect(parseCron('0 0 * * 1#2,3#4,5L,0').weekDays).toEqual({
      days: [0],
      nthOfMonth: [
        { day: 1, nth: 2 },
        { day: 3, nth: 4 },
      ],
      lastOfMonth: [5],
    });
  });
});

describe('what is refused although Vixie cron or robfig accept it', () => {
  it.each<[cron: string, by: Accepts, problem: string]>([
    ['*/60 * * * *', 'both', 'got every 60 as minute, expected every 1-59'],
    ['*/90 * * * *', 'both', 'got every 90 as minute, expected every 1-59'],
    ['1-5/90 * * * *', 'both', 'got every 90 as minute, expected every 1-59'],
    ['0,5/100 * * * *', 'robfig', 'got every 100 as minute, expected every 1-59'],
    ['*/61 * * * * *', 'robfig', 'got every 61 as second, expected every 1-59'],
    ['0 */24 * * *', 'both', 'got every 24 as hour, expected every 1-23'],
    ['0 0 */32 * *', 'both', 'got every 32 as day of the month, expected every 1-31'],
    ['0 0 * */13 *', 'both', 'got every 13 as month, expected every 1-12'],
    ['0 0 * * */8', 'both', 'got every 8 as day of the week, expected every 1-7'],
    ['5-1 * * * *', 'vixie', '5-1'],
    ['0 0 * * FRI-MON', 'vixie', '5-1'],
    ['0 0 * NOV-FEB *', 'vixie', '11-2'],
    ['0 0 * * 6-0', 'vixie', '6-0'],
    ['*-5 * * * *', 'both', 'got "*-5" as minute'],
    ['5.0 * * * *', 'vixie', 'got "5.0" as minute'],
    ['*/5/2 * * * *', 'vixie', 'got "*/5/2" as minute'],
    ['1-2-3 * * * *', 'vixie', 'got "1-2-3" as minute'],
    ['0, * * * *', 'robfig', 'got "0," as minute'],
    [',0 * * * *', 'robfig', 'got ",0" as minute'],
    ['+5 * * * *', 'robfig', 'got "+5" as minute'],
    ['@every 5m', 'robfig', 'counts from the start of a process'],
    ['CRON_TZ=Asia/Tokyo 0 4 * * *', 'robfig', 'a schedule has a time zone of its own'],
    ['@reboot', 'vixie', 'got "@reboot"'],
  ])('%s (%s)', (cron, _by, problem) => {
    expect(describeCronProblem(cron)).toContain(problem);
  });
});

describe('what neither accepts', () => {
  it.each([
    ['60 * * * *', '0-59'],
    ['0 24 * * *', '0-23'],
    ['0 0 0 * *', '1-31'],
    ['0 0 32 * *', '1-31'],
    ['0 0 * 0 *', '1-12'],
    ['0 0 * 13 *', '1-12'],
    ['0 0 * * 8', 'got "8" as day of the week'],
    ['-5 * * * *', 'got "-5" as minute'],
    ['*/ * * * *', 'got "*/" as minute'],
    ['MON * * * *', 'got "MON" as minute'],
    ['0 0 * * monday', 'got "monday" as day of the week'],
    ['0 0 * january *', 'got "january" as month'],
  ])('%s', (cron, problem) => {
    expect(describeCronProblem(cron)).toContain(problem);
  });
});
