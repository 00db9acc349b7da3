import { expect, it } from '@jest/globals';
import { LogLines } from './log-lines.js';

const lines = (...texts: [number, string][]) => texts.map(([n, text]) => ({ n, text }));

it('tells its listeners once a frame, however many batches came', () => {
  const frames: (() => void)[] = [];
  const log = new LogLines((notify) => frames.push(notify));
  const seen: unknown[] = [];
  const stop = log.subscribe(() => seen.push(log.snapshot()));
  log.add(lines([1, 'a'], [2, 'b']));
  log.add(lines([3, 'c']));
  log.setState('complete');
  expect(seen).toEqual([]);
  frames.shift()?.();
  expect(seen).toEqual([{ count: 3, state: 'complete', error: null }]);
  expect(log.slice(1, 3)).toEqual(['b', 'c']);
  expect(frames).toEqual([]);

  stop();
  log.add(lines([4, 'd']));
  frames.shift()?.();
  expect(seen).toHaveLength(1);
  expect(log.snapshot()).toEqual({ count: 4, state: 'open', error: null });
});

it('finds lines by their numbers, over holes', () => {
  const log = new LogLines(() => undefined);
  log.add([
    { n: 1, text: 'a', printed_at: '2026-01-31T10:00:00.250Z' },
    { n: 2, text: '[cut]', kind: 'cut' },
    { n: 900, text: 'b' },
  ]);
  expect([1, 2, 3, 900, 901].map((number) => log.placeOf(number))).toEqual([0, 1, 2, 2, 3]);
  expect([0, 1, 2].map((place) => log.numberAt(place))).toEqual([1, 2, 900]);
  expect([log.timeAt(0), log.timeAt(2)]).toEqual([Date.parse('2026-01-31T10:00:00.250Z'), null]);
  expect([1, 2, 900].map((number) => log.isMarker(number))).toEqual([false, true, false]);
  expect(log.findFrom(0, 1, (text) => text === 'b')).toBe(900);
  expect(log.findFrom(2, -1, (text) => text === 'a')).toBe(1);
  expect(log.findFrom(1, 1, (text) => text === 'a')).toBeNull();
});
