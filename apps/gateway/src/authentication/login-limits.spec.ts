import { describe, expect, it } from '@jest/globals';
import { LoginLimits } from './login-limits.js';

describe('LoginLimits', () => {
  const setUp = (perAddress: number, perIdentity: number) => {
    const clock = { nowMs: 0 };
    const lookups = { running: 0, most: 0 };
    const limits = new LoginLimits({ perAddress, perIdentity }, () => clock.nowMs);
    const guard = (key: string, address: string, identity: string | null, found: string | null) =>
      limits.guard({ key, address, identity, kind: 'account' }, async () => {
        lookups.running += 1;
        lookups.most = Math.max(lookups.most, lookups.running);
        await Promise.resolve();
        lookups.running -= 1;
        return found;
      });
    const wrong = (address: string, identity: string | null = null) =>
      guard('wrong', address, identity, null);
    const right = (address: string, identity: string | null = null, key = 'right') =>
      guard(key, address, identity, 'user');
    return { clock, lookups, wrong, right };
  };
  const tooMany = { status: 'rejected', reason: { code: 'too_many_requests' } };

  it('answers no more concurrent guesses than sequential ones', async () => {
    const { wrong } = setUp(3, 100);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => wrong('here')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('accepts right credentials past the limit of their address and of their identity', async () => {
    const { wrong, right } = setUp(3, 2);
    for (let n = 0; n < 3; n++) await wrong('here');
    await expect(wrong('here')).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(await right('here')).toBe('user');
    for (let n = 0; n < 2; n++) await wrong(`there ${n}`, 'ada@x.y');
    await expect(wrong('elsewhere', 'ada@x.y')).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(await right('elsewhere', 'ada@x.y', 'right too')).toBe('user');
  });

  it('accepts right credentials in the middle of a flood of wrong ones', async () => {
    const { wrong, right, lookups } = setUp(3, 100);
    for (let n = 0; n < 3; n++) await wrong('here');
    lookups.most = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1_001 }, (_, n) => (n === 500 ? right('here') : wrong('here'))),
    );
    expect(outcomes[500]).toEqual({ status: 'fulfilled', value: 'user' });
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes[1_000]).toMatchObject(tooMany);
    expect(lookups.most).toBe(4);
  });

  it('counts failures for an identity from all addresses, and not against others', async () => {
    const { wrong } = setUp(100, 2);
    await wrong('one', 'ada@x.y');
    await wrong('two', 'ADA@x.y');
    await expect(wrong('three', 'ada@x.y')).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(await wrong('three', 'bob@x.y')).toBeNull();
    expect(await wrong('three')).toBeNull();
  });

  it('lets proven credentials wait for no others, for an hour', async () => {
    const { clock, wrong, right, lookups } = setUp(1, 1);
    await right('here');
    await wrong('here');
    lookups.most = 0;
    await Promise.all(Array.from({ length: 9 }, () => right('here')));
    expect(lookups.most).toBe(9);
    clock.nowMs = 2 * 60 * 60_000;
    await wrong('here');
    lookups.most = 0;
    await Promise.all(Array.from({ length: 9 }, () => right('here')));
    expect(lookups.most).toBe(4);
  });

  it('does not count a lookup that fails', async () => {
    const limits = new LoginLimits({ perAddress: 1 });
    const attempt = { key: 'k', address: 'here', identity: null, kind: 'plugin' } as const;
    const away = () => limits.guard(attempt, () => Promise.reject(new Error('away')));
    await expect(away()).rejects.toThrow('away');
    await expect(away()).rejects.toThrow('away');
  });
});
