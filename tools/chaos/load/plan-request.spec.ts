import { describe, expect, it } from '@jest/globals';
import { Random } from '../random.js';
import { keyOf, kindOf, planRequest, PROCS } from './plan-request.js';

const plans = (seed: number, longestMs = 40_000) => {
  const random = new Random(seed);
  return Array.from({ length: 2_000 }, () => planRequest(random, longestMs));
};

describe('planRequest', () => {
  it('plans the same for the same seed', () => expect(plans(1)).toEqual(plans(1)));

  it('has every kind, and cancels only those that are meant to be', () => {
    expect(new Set(plans(1).map(({ kind }) => kind)).size).toBe(8);
    for (const { kind, cancelAfterMs } of plans(2)) expect(cancelAfterMs !== null).toBe(kind === 'cancelled');
  });

  it('has nothing that takes longer than it may', () => {
    const longest = plans(4, 8_000).map(({ script, looksAgainAfterMs }) =>
      Math.max(script.durationMs, looksAgainAfterMs ?? 0),
    );
    expect(Math.max(...longest)).toBeLessThanOrEqual(8_000);
    expect(Math.max(...longest)).toBeGreaterThan(7_000);
  });

  it('asks for procs that there are', () => {
    const names: string[] = Object.values(PROCS).map(({ name }) => name);
    for (const { proc } of plans(3)) expect(names).toContain(proc);
  });

  it('gives keys that tell their kind', () =>
    expect(kindOf(keyOf('three-at-a-time', 1, 2))).toBe('three-at-a-time'));
});
