import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../../../../libs/domain/src/testing/index.js';
import { checkMailDomains, checkMailInterval } from './check-mail.js';

const NOW = new Date('2026-11-30T00:00:30Z');
const rules = { domains: ['good.com', '*.sub.org'], minIntervalSeconds: 10 };

describe('checkMailDomains', () => {
  it('names what is allowed, and each address that is not', () => {
    checkMailDomains(['a@good.com', 'b@x.sub.org'], rules);
    checkMailDomains(['a@evil.com'], { ...rules, domains: null });
    const { details } = refusalOf(() => checkMailDomains(['a@good.com', 'a@evil.com', 'a@sub.org'], rules));
    expect(details[0]?.message).toContain('expected addresses of good.com, *.sub.org');
    expect(details[0]?.message).toContain('got "a@evil.com", "a@sub.org"');
  });
});

describe('checkMailInterval', () => {
  const schedule = {
    at: null,
    timeZone: 'UTC',
    notificationEmails: ['a@b.c'],
    notifyOn: ['failure' as const],
  };
  const check = (cron: string, changes: object = {}) =>
    checkMailInterval({ ...schedule, cron, ...changes }, rules, NOW);

  it.each(['* * * * * *', '*/9 * * * * *', '0,5 0 0 1 1 *', '0,59 * * * * *'])('refuses %s', (cron) => {
    expect(refusalOf(() => check(cron)).details[0]?.message).toContain('PROCTOR_MAIL_MIN_INTERVAL_SECONDS');
    // Without email it may fire as often as it likes.
    check(cron, { notifyOn: [] });
  });

  it.each(['*/10 * * * * *', '* * * * *', '@daily', '0 0 29 2 *'])('accepts %s', (cron) => check(cron));

  it('accepts one time', () => check('', { at: new Date('2027-01-01') }));
});
