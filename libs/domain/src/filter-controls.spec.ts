import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterControls, plainLine } from './filter-controls.js';

const keep = { keepColours: true };
const drop = { keepColours: false };

describe('filterControls', () => {
  it.each([
    ['colours stay', '\x1b[31mred\x1b[0m \x1b[38;5;9mx\x1b[38:2:1:2:3my\x1b[m', undefined],
    ['tabs and text in any script stay', 'a\tb é 漢 🎉', undefined],
    ['a cleared screen', 'a\x1b[2J\x1b[Hb', 'ab'],
    ['text in another order', 'a\u202egpj.exe\u2066b\u200f\u061cc\u2028d', 'agpj.exebcd'],
    ['a title', 'a\x1b]0;evil\x07b', 'ab'],
    ['a title ended by ST', 'a\x1b]0;evil\x1b\\b', 'ab'],
    ['a clipboard write', '\x1b]52;c;ZWNobyBoaQ==\x07ok', 'ok'],
    ['a link', '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a device control string', 'a\x1bP1$r0m\x1b\\b', 'ab'],
    ['a string without an end', 'a\x1b]0;evil', 'a0;evil'],
    ['a reset', 'a\x1bcb', 'ab'],
    ['a charset switch', 'a\x1b(0b', 'ab'],
    ['8-bit forms', 'a\x9b2Jb\x9d0;evil\x9cc\x85d', 'abcd'],
    ['carriage return, backspace, bell, delete', 'a\rb\bc\x07d\x7fe', 'abcde'],
    ['a colour look-alike with a private mark', 'a\x1b[?31mb\x1b[>4;1mc', 'abc'],
    ['an escape at the end', 'a\x1b', 'a'],
    ['an unfinished colour', 'a\x1b[31', 'a31'],
    ['an escape inside a colour', '\x1b[3\x1b[31m1m', '3\x1b[31m1m'],
  ])('%s', (_, line, expected = line) => {
    expect(filterControls(line, keep)).toBe(expected);
  });

  it('removes colours, too, on request', () => {
    expect(filterControls('\x1b[1;31mred\x1b[0m', drop)).toBe('red');
  });

  const nasty = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '\x1b',
          '[',
          ']',
          '\x9b',
          '\x9d',
          '\x9c',
          '\x07',
          '\\',
          'm',
          ';',
          '31',
          '\x1b[31m',
          'P',
          'é',
          '\r',
        ),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(''));

  it('leaves no control characters except tabs and colours', () => {
    fc.assert(
      fc.property(nasty, (line) => {
        const rest = filterControls(line, keep).replace(/\x1b\[[0-9;:]*m/g, '');
        expect(rest).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
        expect(filterControls(line, drop)).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(nasty, (line) => {
        const once = filterControls(line, keep);
        expect(filterControls(once, keep)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['\x1b', '\x1b]', '\x9d', '\x9b', '\x1b[', '\x1b[0;', '\x1b ', '\x1bP\x9d'])(
    'takes linear time for many %j',
    (part) => {
      const startedAt = performance.now();
      filterControls(part.repeat(200_000), keep);
      expect(performance.now() - startedAt).toBeLessThan(5000);
    },
  );
});

describe('plainLine', () => {
  it('turns any text into one harmless line', () => {
    expect(plainLine(' a\r\n\tb\x1b[31mc\n')).toBe('a bc');
  });
});
