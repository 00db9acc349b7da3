import { describe, expect, it } from '@jest/globals';
import { effectsOf, type Wait, type WaitName } from './fault-effects.js';

const at = (seconds: number) => 1_800_000_000_000 + seconds * 1_000;
const fault = (kind: string, from: number, until: number) => ({ kind, fromMs: at(from), untilMs: at(until) });
const wait = (name: WaitName, from: number, until: number): Wait => ({
  name,
  fromMs: at(from),
  untilMs: at(until),
});

describe('effectsOf', () => {
  it('reports only calm without faults', () => {
    expect(effectsOf([], [wait('end', 0, 2), wait('end', 5, 6)])).toEqual({
      calm: { times: 1, longestMs: { end: 2_000 } },
    });
  });

  it('charges each wait to the first fault that it touches, and keeps the longest', () => {
    const waits = [
      wait('end', 0, 3),
      wait('end', 1, 11),
      wait('end', 20, 106),
      wait('mail', 24, 26),
      wait('tick', 26, 29),
      wait('answer', 99, 104),
    ];
    expect(
      effectsOf([fault('late', 200, 200), fault('late', 104, 105), fault('early', 3, 5)], waits),
    ).toEqual({
      early: { times: 1, longestMs: { end: 86_000, mail: 2_000 } },
      late: { times: 2, longestMs: { answer: 5_000 } },
      calm: { times: 1, longestMs: { tick: 3_000 } },
    });
  });
});
