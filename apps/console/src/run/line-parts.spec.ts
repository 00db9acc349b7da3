import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partsOf } from './line-parts.js';

const textOf = (line: string) =>
  partsOf(line)
    .map(({ text }) => text)
    .join('');

describe('partsOf', () => {
  it('shows colours and bold by classes of the console', () => {
    expect(partsOf('a \x1b[1;31mred\x1b[0m \x1b[92mgreen\x1b[0m')).toEqual([
      { text: 'a ', classes: [] },
      { text: 'red', classes: ['ansi-red', 'ansi-bold'] },
      { text: ' ', classes: [] },
      { text: 'green', classes: ['ansi-green'] },
    ]);
  });

  it.each([
    ['10%\r50%\r\x1b[32m100%\x1b[0m', '100%'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a\u202egpj.exe\u2066 \x1b]0;title\x07b\x1b[2J', 'agpj.exe b'],
    ['\x1b[38;2;1;2;3mrgb\x1b[38;5;9mx\x1b[m', 'rgbx'],
    ['', ''],
  ])('shows %j as %j', (line, expected) => {
    expect(textOf(line)).toBe(expected);
  });

  it('shows no control character of any line, and no class of another name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\x1b', '[', '3', '1', ';', 'm', 'a', '\r', '<', '\x9b') }),
        (line) => {
          expect(textOf(line)).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/);
          for (const { classes } of partsOf(line)) expect(classes.join(' ')).toMatch(/^[a-z -]*$/);
        },
      ),
    );
  });
});
