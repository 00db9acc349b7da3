import { describe, expect, it } from '@jest/globals';
import { Random } from '../../random.js';
import { keyOf, kindOf, planRequest, PROCS } from './plan-request.js';

const plans = (seed: number, longestMs = 40_000) => {
  const random = new Random(seed);
  return Array.from({ length: 2_000 }, () => planRequest(random, longestMs));
};

describe('planRequest', () => {
  it('plans the same for the same seed', () => expect(plans(1)).toEqual(plans(1)));

  it('covers every kind, and cancels only the kind meant for it', () => {
    expect(new Set(plans(1).map(({ kind }) => kind)).size).toBe(8);
    for (const { kind, cancelAfterMs } of plans(2)) expect(cancelAfterMs !== null).toBe(kind === 'cancelled');
  });

  it('plans nothing longer than the limit', () => {
    const longest = plans(4, 8_000).map(({ script, pollsAgainAfterMs }) =>
      Math.max(script.durationMs, pollsAgainAfterMs ?? 0),
    );
    expect(Math.max(...longest)).toBeLessThanOrEqual(8_000);
    expect(Math.max(...longest)).toBeGreaterThan(7_000);
  });

  it('names existing procs', () => {
    const names: string[] = Object.values(PROCS).map(({ name }) => name);
    for (const { proc } of plans(3)) expect(names).toContain(proc);
  });

  it('puts the kind into the key', () =>
    expect(kindOf(keyOf('three-at-a-time', 1, 2))).toBe('three-at-a-time'));
});
