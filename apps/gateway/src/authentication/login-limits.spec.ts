import { describe, expect, it } from '@jest/globals';
import { LoginLimits } from './login-limits.js';

const HOUR_MS = 60 * 60_000;

describe('LoginLimits', () => {
  const setUp = (perAddress: number, perIdentity: number) => {
    const clock = { nowMs: 0 };
    const limits = new LoginLimits({ perAddress, perIdentity }, () => clock.nowMs);
    const wrong = (address: string, identity: string | null = null) =>
      limits.guard('wrong', address, identity, async () => null);
    const right = (address: string, identity: string | null = null) =>
      limits.guard('right', address, identity, async () => 'user');
    return { clock, wrong, right };
  };

  it('allows no more concurrent guesses than sequential ones', async () => {
    const { wrong } = setUp(3, 100);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => wrong('here')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('does not reveal or exempt a right guess past the limit', async () => {
    const { wrong, right } = setUp(3, 100);
    const [, , , last] = await Promise.allSettled([
      ...Array(3)
        .fill(null)
        .map(() => wrong('a')),
      right('a'),
    ]);
    expect(last).toMatchObject({ status: 'rejected', reason: { code: 'too_many_requests' } });
    await expect(right('a')).rejects.toMatchObject({ code: 'too_many_requests' });
  });

  it('counts failures for an identity from all addresses, and not against others', async () => {
    const { wrong } = setUp(100, 2);
    await wrong('one', 'ada@x.y');
    await wrong('two', 'ADA@x.y');
    await expect(wrong('three', 'ada@x.y')).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(await wrong('three', 'bob@x.y')).toBeNull();
    expect(await wrong('three')).toBeNull();
  });

  it('exempts proven credentials for an hour', async () => {
    const { clock, wrong, right } = setUp(1, 1);
    expect(await right('here', 'ada@x.y')).toBe('user');
    clock.nowMs = HOUR_MS - 1;
    await wrong('here', 'ada@x.y');
    expect(await right('here', 'ada@x.y')).toBe('user');
    clock.nowMs = 2 * HOUR_MS;
    await wrong('here', 'ada@x.y');
    await expect(right('here', 'ada@x.y')).rejects.toMatchObject({ code: 'too_many_requests' });
  });

  it('does not count a lookup that fails', async () => {
    const limits = new LoginLimits({ perAddress: 1 });
    const away = () => limits.guard('k', 'here', null, () => Promise.reject(new Error('away')));
    await expect(away()).rejects.toThrow('away');
    await expect(away()).rejects.toThrow('away');
  });
});
