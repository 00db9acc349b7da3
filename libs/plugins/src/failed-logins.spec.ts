import { beforeEach, describe, expect, it } from '@jest/globals';
import { FailedLogins } from './failed-logins.js';

describe('FailedLogins', () => {
  let nowMs: number;
  let logins: FailedLogins;
  beforeEach(() => {
    nowMs = 0;
    logins = new FailedLogins({ now: () => nowMs });
  });

  const fail = (times: number, address: string, identity: string | null = null) => {
    for (let n = 0; n < times; n++) logins.noteFailure(address, identity);
  };
  const isBlocked = (address: string, identity: string | null = null) => {
    try {
      logins.check(address, identity);
      return false;
    } catch (err) {
      expect(err).toMatchObject({ code: 'too_many_requests', details: [] });
      return true;
    }
  };

  it('blocks only an address with 30 failures within a minute', () => {
    fail(29, '10.0.0.1');
    expect(isBlocked('10.0.0.1')).toBe(false);
    fail(1, '10.0.0.1');
    expect(isBlocked('10.0.0.1')).toBe(true);
    expect(isBlocked('::ffff:10.0.0.1', 'ada@x.y')).toBe(true);
    expect(isBlocked('10.0.0.2')).toBe(false);
  });

  it('blocks an identity after 100 failures from any address', () => {
    for (let n = 0; n < 100; n++) {
      expect(isBlocked(`10.0.0.${n}`, 'ada@x.y')).toBe(false);
      fail(1, `10.0.0.${n}`, 'ada@x.y');
    }
    expect(isBlocked('10.9.9.9', ' ADA@x.y')).toBe(true);
    expect(isBlocked('10.9.9.9', 'bob@x.y')).toBe(false);
    expect(isBlocked('10.9.9.9', null)).toBe(false);
  });

  it('counts the addresses of an IPv6 /64 as one', () => {
    for (let n = 1; n <= 30; n++) fail(1, `2001:db8::${n}`);
    expect(isBlocked('2001:db8::ffff')).toBe(true);
    expect(isBlocked('2001:db8:0:1::1')).toBe(false);
  });

  it('counts within a sliding minute', () => {
    fail(15, 'a');
    nowMs = 30_000;
    fail(15, 'a');
    nowMs = 59_999;
    expect(isBlocked('a')).toBe(true);
    nowMs = 60_000;
    expect(isBlocked('a')).toBe(false);
    fail(15, 'a');
    expect(isBlocked('a')).toBe(true);
    nowMs = 90_000;
    expect(isBlocked('a')).toBe(false);
  });

  it('reports how long to wait', () => {
    fail(30, 'a');
    nowMs = 17_500;
    expect(() => logins.check('a', null)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Wait 43 seconds') as unknown }),
    );
  });

  it('never blocks for longer than a minute, however many failures came at once', () => {
    fail(1_000, 'a');
    nowMs = 60_000;
    expect(isBlocked('a')).toBe(false);
  });

  it('remembers a bounded number of keys, the most recent failures first', () => {
    logins = new FailedLogins({ perAddress: 2, maxKeys: 3, now: () => nowMs });
    fail(2, 'a');
    fail(1, 'b');
    fail(1, 'c');
    fail(1, 'a');
    fail(1, 'd');
    expect(isBlocked('a')).toBe(true);
    fail(1, 'b');
    expect(isBlocked('b')).toBe(false);
    fail(1, 'e');
    fail(1, 'f');
    expect(isBlocked('a')).toBe(false);
  });
});
