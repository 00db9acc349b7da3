import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAULT_KINDS, FAULT_SECONDS } from './fault-kinds.js';
import { planFaults } from './plan-faults.js';

const options = { seed: 7, seconds: 600, kinds: FAULT_KINDS, isOneByOne: false };

describe('planFaults', () => {
  it('plans the same faults for the same seed, and different ones for another', () => {
    expect(planFaults(options)).toEqual(planFaults(options));
    expect(planFaults({ ...options, seed: 8 })).not.toEqual(planFaults(options));
  });

  it('covers every kind in ten minutes, with overlaps', () => {
    const plan = planFaults(options);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    expect(plan.some((fault, i) => i > 0 && plan[i - 1]!.atMs + plan[i - 1]!.lastsMs > fault.atMs)).toBe(
      true,
    );
  });

  it('starts each fault after the effects of the one before, with isOneByOne', () => {
    const plan = planFaults({ ...options, seconds: 1_200, isOneByOne: true });
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    for (const [i, { atMs }] of plan.entries()) {
      if (i > 0) expect(atMs).toBeGreaterThanOrEqual(plan[i - 1]!.atMs + plan[i - 1]!.lastsMs + 20_000 - 1);
    }
  });

  it('is empty without kinds', () => expect(planFaults({ ...options, kinds: [] })).toEqual([]));

  it('respects the kinds, their durations and the calm at the end, for any seed', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        fc.integer({ min: 10, max: 3_600 }),
        fc.subarray([...FAULT_KINDS], { minLength: 1 }),
        (seed, seconds, kinds) => {
          const calmFromMs = seconds * 1_000 - Math.min(seconds * 150, 60_000) + 1;
          const misplaced = planFaults({ ...options, seed, seconds, kinds }).filter(
            ({ kind, atMs, lastsMs, whom, how }) =>
              !kinds.includes(kind) ||
              !(atMs > 0) ||
              !(lastsMs >= 0 && lastsMs <= FAULT_SECONDS[kind].max * 1_000) ||
              !(atMs + lastsMs <= calmFromMs) ||
              !(whom < 1 && how < 1),
          );
          // One expectation for the whole plan: six for each of thousands of faults would take ten seconds.
          expect(misplaced).toEqual([]);
        },
      ),
    );
  });
});
