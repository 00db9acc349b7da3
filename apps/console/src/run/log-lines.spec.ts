import { expect, it } from '@jest/globals';
import { LogLines } from './log-lines.js';

it('tells its listeners once a frame, however many batches came', () => {
  const frames: (() => void)[] = [];
  const lines = new LogLines((notify) => frames.push(notify));
  const seen: unknown[] = [];
  const stop = lines.subscribe(() => seen.push(lines.snapshot()));
  lines.add(['a', 'b']);
  lines.add(['c']);
  lines.setState('complete');
  expect(seen).toEqual([]);
  frames.shift()?.();
  expect(seen).toEqual([{ count: 3, state: 'complete', error: null }]);
  expect(lines.slice(1, 3)).toEqual(['b', 'c']);
  expect(frames).toEqual([]);

  stop();
  lines.add(['d']);
  frames.shift()?.();
  expect(seen).toHaveLength(1);
  expect(lines.snapshot()).toEqual({ count: 4, state: 'open', error: null });
});
