import { expect, it } from '@jest/globals';
import { effectsOf } from './fault-effects.js';

const at = (seconds: number) => 1_800_000_000_000 + seconds * 1_000;
const isoAt = (seconds: number) => new Date(at(seconds)).toISOString();
const fault = (kind: string, from: number, until: number) => ({ kind, fromMs: at(from), untilMs: at(until) });

it('is nothing without faults', () => {
  expect(effectsOf([], [{ jobUid: 'a', endedAtMs: at(1) }], [])).toEqual({});
});

it('is the longest pause that touches a fault or the while after it, and the latest end that waited for it', () => {
  const executions = [
    { jobUid: 'a', endedAtMs: at(0) },
    { jobUid: 'b', endedAtMs: at(2) },
    { jobUid: 'c', endedAtMs: at(9) },
    { jobUid: 'd', endedAtMs: at(10) },
    { jobUid: 'e', endedAtMs: at(100) },
    { jobUid: 'f', endedAtMs: null },
    { jobUid: null, endedAtMs: at(101) },
  ];
  const runs = [
    { jobUid: 'b', endedAt: isoAt(1.5) },
    { jobUid: 'c', endedAt: isoAt(1) },
    // The attempt before the last one.
    { jobUid: 'd', endedAt: isoAt(1) },
    { jobUid: 'd', endedAt: isoAt(9) },
    { jobUid: 'f', endedAt: isoAt(1) },
    { jobUid: 'x', endedAt: isoAt(1) },
  ];
  const effects = effectsOf(
    [fault('early', 3, 5), fault('late', 101, 101), fault('late', 9.5, 9.5)],
    executions,
    runs,
  );
  expect(effects).toEqual({
    early: { times: 1, longestPauseMs: 90_000, latestEndMs: 8_000 },
    late: { times: 2, longestPauseMs: 90_000, latestEndMs: 1_000 },
  });
  expect(effectsOf([fault('early', 3, 5)], executions.slice(0, 4), runs)).toEqual({
    early: { times: 1, longestPauseMs: 7_000, latestEndMs: 8_000 },
  });
});
