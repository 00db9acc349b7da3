import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lastState } from './last-state.js';

describe('lastState', () => {
  it.each([
    ['a line without control characters', 'a\tb é 漢', 'a\tb é 漢'],
    ['a progress bar', ' 10%\r 50%\r100%', '100%'],
    ['an end of line of Windows', 'text\r', 'text'],
    ['a bar with an end of line of Windows', '10%\r100%\r', '100%'],
    ['a longer state before', 'downloading 1/2\rdone', 'done'],
    ['a bar that clears its line in the end', '10%\r100%\r    \r', '100%'],
    ['erased lines', '\x1b[2K\x1b[1G- one\x1b[2K\x1b[1G\\ two\x1b[2K\x1b[G', '\\ two'],
    ['an erased rest', '50%\r\x1b[K100%', '\x1b[K100%'],
    ['a spinner of backspaces', 'work |\b/\b-\bok', 'work ok'],
    ['a percentage of backspaces', ' 5%\b\b\b50%\b\b\b100%', '100%'],
    ['a cursor that moves back', 'at 1\x1b[1D2\x1b[D3', 'at 3'],
    ['backspaces at the end', 'a\b', 'a'],
    ['more backspaces than characters', 'a\b\b\bb', 'b'],
    ['a colour that stays in force', '\x1b[31m10%\r20%\x1b[0m', '\x1b[31m20%\x1b[0m'],
    ['a colour that ended', '\x1b[31m10%\x1b[0m\r20%', '\x1b[0m20%'],
    ['a colour that ends after the bar', '\x1b[32m9%\r10%\r\x1b[0m', '\x1b[32m10%\x1b[0m'],
    ['nothing at all', '\r\r', ''],
    ['emoji and backspaces', '🎉\bx', 'x'],
  ])('%s', (_, line, shown) => {
    expect(lastState(line)).toBe(shown);
  });

  it('keeps nothing of what was written over', () => {
    const states = fc.array(fc.stringMatching(/^[a-z ]*[a-z]$/), { minLength: 1 });
    fc.assert(fc.property(states, (all) => expect(lastState(all.join('\r'))).toBe(all.at(-1))));
  });

  it.each(['\r', 'a\r', 'a\b', '\b', '\x1b[31m\r', '\x1b[', '\x1b[9999D', 'a\x1b[2K'])(
    'takes linear time for many %j',
    (part) => {
      const startedAt = performance.now();
      lastState(part.repeat(100_000));
      expect(performance.now() - startedAt).toBeLessThan(5000);
    },
  );
});
