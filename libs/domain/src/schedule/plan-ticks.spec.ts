import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MISFIRE_POLICIES, planTicks, type TickState } from './plan-ticks.js';

/** Seconds after the epoch stand for instants. */
const at = (second: number): Date => new Date(second * 1000);
const seconds = (dates: readonly Date[]): number[] => dates.map((date) => date.getTime() / 1000);

const every =
  (periodSeconds: number) =>
  (instant: Date): Date =>
    at((Math.floor(instant.getTime() / 1000 / periodSeconds) + 1) * periodSeconds);

/** Ticks at these seconds only. */
const among =
  (ticks: readonly number[]) =>
  (instant: Date): Date | null => {
    const next = ticks.find((tick) => tick * 1000 > instant.getTime());
    return next === undefined ? null : at(next);
  };

const state = (changes: Partial<TickState>): TickState => ({
  nextFireAt: at(100),
  now: at(100),
  misfire: 'skip',
  graceSeconds: 0,
  lookAheadMs: 0,
  max: 100,
  ...changes,
});

describe('planTicks', () => {
  it.each(MISFIRE_POLICIES)('fires nothing before its time (%s)', (misfire) => {
    const plan = planTicks(state({ misfire, now: new Date(99_999) }), every(100));
    expect(plan).toEqual({ fire: [], dropped: null, nextFireAt: at(100) });
  });

  it.each(MISFIRE_POLICIES)('fires on time and up to the grace period later (%s)', (misfire) => {
    const fired = { fire: [at(100)], dropped: null, nextFireAt: at(200) };
    expect(planTicks(state({ misfire }), every(100))).toEqual(fired);
    expect(planTicks(state({ misfire, now: at(130), graceSeconds: 30 }), every(100))).toEqual(fired);
  });

  it('drops a tick that is a millisecond later than the grace period', () => {
    const plan = planTicks(state({ now: new Date(130_001), graceSeconds: 30 }), every(100));
    expect(plan.fire).toEqual([]);
    expect(plan.dropped).toEqual({ first: at(100), last: at(100), count: 1, isCountExact: true });
    expect(plan.nextFireAt).toEqual(at(200));
  });

  it('fires a tick that is ahead by no more than the look-ahead', () => {
    const look = (nowMs: number) =>
      planTicks(state({ now: new Date(nowMs), lookAheadMs: 50 }), every(100)).fire;
    expect(look(99_950)).toEqual([at(100)]);
    expect(look(99_949)).toEqual([]);
  });

  it.each(MISFIRE_POLICIES)('plans nothing for a schedule without a next tick (%s)', (misfire) => {
    const plan = planTicks(state({ misfire, nextFireAt: null, now: at(1e6) }), every(100));
    expect(plan).toEqual({ fire: [], dropped: null, nextFireAt: null });
  });

  describe('after 1,000 seconds of downtime, with a tick on time', () => {
    const slept = { now: at(1130), graceSeconds: 30 };

    it('skip: drops the missed', () => {
      const plan = planTicks(state({ ...slept, misfire: 'skip' }), every(100));
      expect(seconds(plan.fire)).toEqual([1100]);
      expect(plan.dropped).toEqual({ first: at(100), last: at(1000), count: 10, isCountExact: true });
      expect(plan.nextFireAt).toEqual(at(1200));
    });

    it('once: fires the latest of the missed', () => {
      const plan = planTicks(state({ ...slept, misfire: 'once' }), every(100));
      expect(seconds(plan.fire)).toEqual([1000, 1100]);
      expect(plan.dropped).toEqual({ first: at(100), last: at(900), count: 9, isCountExact: true });
      expect(plan.nextFireAt).toEqual(at(1200));
    });

    it('all: fires each', () => {
      const plan = planTicks(state({ ...slept, misfire: 'all' }), every(100));
      expect(seconds(plan.fire)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100]);
      expect(plan.dropped).toBeNull();
    });

    it('all: fires up to the limit per plan, and the rest in the following plans', () => {
      const first = planTicks(state({ ...slept, misfire: 'all', max: 6 }), every(100));
      expect(seconds(first.fire)).toEqual([100, 200, 300, 400, 500, 600]);
      expect(first.nextFireAt).toEqual(at(700));
      const next = { nextFireAt: first.nextFireAt, misfire: 'all', max: 6 } as const;
      const second = planTicks(state({ ...slept, ...next }), every(100));
      expect(seconds(second.fire)).toEqual([700, 800, 900, 1000, 1100]);
      expect(second.nextFireAt).toEqual(at(1200));
    });

    it('once: leaves on-time ticks to the next plan when only one may fire', () => {
      const plan = planTicks(state({ ...slept, misfire: 'once', max: 1 }), every(100));
      expect(seconds(plan.fire)).toEqual([1000]);
      expect(plan.nextFireAt).toEqual(at(1100));
      expect(plan.dropped).toMatchObject({ count: 1, isCountExact: false });
    });
  });

  it('once: fires a single missed tick and drops none', () => {
    const plan = planTicks(state({ misfire: 'once', now: at(150) }), every(100));
    expect(plan).toEqual({ fire: [at(100)], dropped: null, nextFireAt: at(200) });
  });

  it.each([
    ['skip', [], 1],
    ['once', [100], 0],
    ['all', [100], 0],
  ] as const)('a one-shot schedule that was missed, %s', (misfire, fired, dropped) => {
    const plan = planTicks(state({ misfire, now: at(5000) }), among([100]));
    expect(seconds(plan.fire)).toEqual(fired);
    expect(plan.dropped?.count ?? 0).toBe(dropped);
    expect(plan.nextFireAt).toBeNull();
  });

  it('counts no more than its limit, with few calls, after a year of ticks every second', () => {
    let calls = 0;
    const counted = (instant: Date): Date => {
      calls += 1;
      return every(1)(instant);
    };
    const year = 365 * 86_400;
    const plan = planTicks(state({ misfire: 'once', now: at(year), graceSeconds: 5, max: 50 }), counted);
    expect(seconds(plan.fire)).toEqual([year - 6, year - 5, year - 4, year - 3, year - 2, year - 1, year]);
    expect(plan.dropped).toEqual({ first: at(100), last: at(year - 7), count: 50, isCountExact: false });
    expect(calls).toBeLessThan(150);
  });

  it('partitions all due ticks into fired and dropped ones, for any ticks and any limits', () => {
    const tickList = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 });
    const misfirePolicy = fc.constantFrom(...MISFIRE_POLICIES);
    const [grace, now, max] = [fc.nat(100), fc.nat(500), fc.integer({ min: 1, max: 7 })];
    fc.assert(
      fc.property(
        tickList,
        misfirePolicy,
        grace,
        now,
        max,
        (unsorted, misfire, graceSeconds, nowAt, limit) => {
          const ticks = unsorted.sort((a, b) => a - b);
          const due = ticks.filter((tick) => tick <= nowAt);
          const missed = due.filter((tick) => tick < nowAt - graceSeconds);
          const late = misfire === 'all' ? missed : misfire === 'once' ? missed.slice(-1) : [];
          const fired: number[] = [];
          let nextFireAt: Date | null = at(ticks[0]!);
          for (let plans = 0; plans <= ticks.length; plans += 1) {
            const plan = planTicks(
              { nextFireAt, now: at(nowAt), misfire, graceSeconds, lookAheadMs: 0, max: limit },
              among(ticks),
            );
            expect(plan.fire.length).toBeLessThanOrEqual(limit);
            const dropped = missed.slice(0, missed.length - late.length);
            if (plan.dropped !== null) {
              expect(plans).toBe(0);
              expect([plan.dropped.first, plan.dropped.last]).toEqual([at(dropped[0]!), at(dropped.at(-1)!)]);
              expect(plan.dropped.count).toBe(Math.min(dropped.length, limit));
              expect(plan.dropped.isCountExact).toBe(dropped.length <= limit);
            } else if (plans === 0) expect(dropped).toEqual([]);
            fired.push(...seconds(plan.fire));
            nextFireAt = plan.nextFireAt;
          }
          expect(fired).toEqual([...late, ...due.slice(missed.length)]);
          expect(nextFireAt).toEqual(among(ticks)(at(nowAt)));
        },
      ),
    );
  });
});
