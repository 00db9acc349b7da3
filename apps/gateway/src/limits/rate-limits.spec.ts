import { describe, expect, it } from '@jest/globals';
import { RateLimits } from './rate-limits.js';

function start(settings: Partial<ConstructorParameters<typeof RateLimits>[0]> = {}) {
  const clock = { ms: 0 };
  const limits = new RateLimits(
    {
      requests: { perSecond: 2, burst: 6 },
      costly: { perSecond: 1, burst: 2 },
      ...settings,
    },
    () => clock.ms,
  );
  const refused = (client: string, isCostly = false) => limits.count(client, isCostly).refusal;
  return { limits, clock, refused };
}

describe('RateLimits', () => {
  it('allows a burst, then the rate', () => {
    const { clock, refused } = start();
    for (let n = 0; n < 6; n++) expect(refused('ada')).toBeNull();
    expect(refused('ada')).toMatchObject({ code: 'too_many_requests', retryAfterSeconds: 1 });
    clock.ms = 1_000;
    expect([refused('ada'), refused('ada')]).toEqual([null, null]);
    expect(refused('ada')).not.toBeNull();
  });

  it('limits each client alone', () => {
    const { refused } = start();
    for (let n = 0; n < 6; n++) refused('ada');
    expect(refused('ada')).not.toBeNull();
    expect(refused('bob')).toBeNull();
  });

  it('saves up no more than a burst', () => {
    const { clock, refused } = start();
    clock.ms = 3_600_000;
    const answers = Array.from({ length: 10 }, () => refused('ada'));
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(6);
  });

  it('limits costly requests further', () => {
    const { limits, refused } = start();
    expect([refused('ada', true), refused('ada', true)]).toEqual([null, null]);
    expect(refused('ada', true)?.message).toMatch('take much processor time');
    expect(() => limits.countCostly('ada')).toThrow('take much processor time');
    expect(refused('ada')).toBeNull();
  });

  it('says in the header fields what is left', () => {
    const { limits } = start();
    limits.count('ada', false);
    expect(limits.count('ada', true).headers).toEqual({
      'ratelimit-policy': '"requests";q=6;w=3, "costly";q=2;w=2',
      ratelimit: '"requests";r=4;t=1, "costly";r=1;t=1',
    });
  });

  it('sets no limit for a rate of 0', () => {
    const none = { perSecond: 0, burst: 1 };
    const { limits, refused } = start({ requests: none, costly: none });
    for (let n = 0; n < 100; n++) expect(refused('ada', true)).toBeNull();
    expect(limits.count('ada', true).headers).toEqual({});
  });

  it('takes a bounded number of clients', () => {
    const { refused } = start();
    for (let n = 0; n < 6; n++) refused('first');
    expect(refused('first')).not.toBeNull();
    for (let n = 0; n < 10_000; n++) refused(`client ${n}`);
    expect(refused('first')).toBeNull();
  });
});
