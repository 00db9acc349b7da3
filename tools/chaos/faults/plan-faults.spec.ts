import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAULT_KINDS, FAULTS } from './fault-kinds.js';
import { planFaults } from './plan-faults.js';

const options = { seed: 7, seconds: 600, kinds: FAULT_KINDS, isOneByOne: false };

describe('planFaults', () => {
  it('gives the same plan for the same seed, and another one for another', () => {
    expect(planFaults(options)).toEqual(planFaults(options));
    expect(planFaults({ ...options, seed: 8 })).not.toEqual(planFaults(options));
  });

  it('has every kind in ten minutes, and faults that overlap', () => {
    const plan = planFaults(options);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(plan.some((fault, i) => i > 0 && plan[i - 1]!.atMs + plan[i - 1]!.lastsMs > fault.atMs)).toBe(
      true,
    );
  });

  it('has each after what the one before did is over, when asked to', () => {
    const plan = planFaults({ ...options, seconds: 1_200, isOneByOne: true });
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    for (const [i, { atMs }] of plan.entries()) {
      if (i > 0) expect(atMs).toBeGreaterThanOrEqual(plan[i - 1]!.atMs + plan[i - 1]!.lastsMs + 20_000 - 1);
    }
  });

  it('has nothing without kinds', () => expect(planFaults({ ...options, kinds: [] })).toEqual([]));

  it('keeps to the kinds, their lengths, and the calm at the end, whatever the seed', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        fc.integer({ min: 10, max: 3_600 }),
        fc.subarray([...FAULT_KINDS], { minLength: 1 }),
        (seed, seconds, kinds) => {
          for (const { kind, atMs, lastsMs, whom, how } of planFaults({ ...options, seed, seconds, kinds })) {
            expect(kinds).toContain(kind);
            expect(atMs).toBeGreaterThan(0);
            expect(lastsMs).toBeGreaterThanOrEqual(0);
            expect(lastsMs).toBeLessThanOrEqual(FAULTS[kind].longest * 1_000);
            expect(atMs + lastsMs).toBeLessThanOrEqual(seconds * 1_000 - Math.min(seconds * 150, 60_000) + 1);
            expect(Math.max(whom, how)).toBeLessThan(1);
          }
        },
      ),
    );
  });
});
