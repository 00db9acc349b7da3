import { expect, it } from '@jest/globals';
import { renderMeasured, replaceMeasured } from './measured-waits.js';

const faults = {
  'redis kill': { times: 2, longestMs: { start: 4_321, answer: 90 } },
  'logs cut': { times: 10, longestMs: { end: 12_000 } },
  calm: { times: 1, longestMs: { mail: 1_000 } },
};

it('renders the longest waits of each kind of fault as a table', () => {
  expect(renderMeasured({ command: 'npm run chaos -- --seed 5', executions: 15_512, faults })).toBe(
    [
      '`npm run chaos -- --seed 5`: 15,512 executions.',
      '',
      '| fault         | answer | start |  end | tick | mail |',
      '| ------------- | -----: | ----: | ---: | ---: | ---: |',
      '| `redis kill`  |    0.1 |   4.3 |      |      |      |',
      '| `logs cut`    |        |       | 12.0 |      |      |',
      '| no fault near |        |       |      |      |  1.0 |',
    ].join('\n'),
  );
});

it('replaces what is between the markers of a page', () => {
  const page = 'before\n\n<!-- measured:begin -->\nold\n<!-- measured:end -->\n\nafter\n';
  const once = replaceMeasured(page, 'new');
  expect(once).toBe('before\n\n<!-- measured:begin -->\n\nnew\n\n<!-- measured:end -->\n\nafter\n');
  expect(replaceMeasured(once, 'new')).toBe(once);
});

it('rejects a page without the markers', () => {
  expect(() => replaceMeasured('<!-- measured:end -->', 'new')).toThrow('docs/failures.md needs the lines');
});
