import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, formatSpan } from './format-duration.js';
import { lastLines } from './last-lines.js';
import { logLine, oneLine } from './plain-text.js';

describe('oneLine', () => {
  it.each([
    ['a\r\nBcc: b', 'a Bcc: b'],
    [' a \t b ', 'a b'],
    ['\u001b[31;1mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007text', 'text'],
    ['a\u0000b\u0007c\u009bd', 'abcd'],
    ['left\u202Etfel\u2066x\u200f', 'lefttfelx'],
    ['\ud800x', '\ufffdx'],
    ['Grüße 🎉 שלום', 'Grüße 🎉 שלום'],
  ])('%j: %j', (text, expected) => {
    expect(oneLine(text, 100)).toBe(expected);
  });

  it('truncates', () => {
    expect(oneLine('abcdef', 4)).toBe('abc…');
    expect(oneLine('ab🎉', 3)).toBe('ab…');
    expect(oneLine('abcd', 4)).toBe('abcd');
  });

  it('removes everything that could end a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const shown of [oneLine(text, 50), logLine(text, 50)]) {
          expect(shown).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/);
          expect(shown.length).toBeLessThanOrEqual(50);
        }
      }),
    );
  });
});

describe('logLine', () => {
  it('keeps spaces', () => {
    expect(logLine('  a\t b ', 100)).toBe('  a\t b ');
  });
});

describe('lastLines', () => {
  const row = (text: string, endsLine = true, isText = true) => ({ text, endsLine, isText });

  it('joins rows into lines, and keeps the last 20', () => {
    expect(lastLines([row('a', false), row('b'), row('c')])).toEqual(['ab', 'c']);
    const many = Array.from({ length: 50 }, (_, n) => row(String(n)));
    expect(lastLines(many)).toEqual(Array.from({ length: 20 }, (_, n) => String(30 + n)));
  });

  it('marks missing lines, and keeps an unfinished line', () => {
    expect(lastLines([row('a', false), row('gone', true, false), row('b', false)])).toEqual(['a', '…', 'b']);
  });

  it.each([
    ['in one row', [row('10%\r50%\r100%')], '100%'],
    ['over several rows', [row('10%\r50', false), row('%\r10', false), row('0%')], '100%'],
    ['longer than what is shown', [row(`${'x'.repeat(400)}\r`, false), row('done')], 'done'],
    ['with a part longer than what is shown', [row('x'.repeat(400), false), row('\rdone')], 'done'],
    ['with the cursor', [row('\x1b[2K\x1b[1G- one\x1b[2K\x1b[1Gtwo')], 'two'],
  ])('shows the last state of a progress bar %s', (_, rows, shown) => {
    expect(lastLines(rows)).toEqual([shown]);
  });

  it('truncates a line of many rows', () => {
    const [line, ...others] = lastLines([
      ...Array.from({ length: 50 }, () => row('x'.repeat(300), false)),
      row('end'),
    ]);
    expect(line).toHaveLength(300);
    expect(others).toEqual([]);
  });
});

describe('formatSpan', () => {
  it.each([
    ['00:00:01.000', '00:00:01.000', '< 1 s'],
    ['00:00:01.000', '00:00:01.900', '< 1 s'],
    ['00:00:01.000', '00:00:04.000', '3 s'],
    ['00:00:01.000', '00:00:04.700', '3 s'],
    ['00:00:01.250', '00:00:04.000', '2 s'],
    ['00:00:01.250', '00:00:01.600', '0.3 s'],
    ['00:00:01.000', '00:03:13.000', '3 m 12 s'],
    ['00:00:02.000', '00:00:01.500', '< 1 s'],
  ])('%s to %s: %s', (from, to, shown) => {
    const at = (time: string) => new Date(`2026-01-31T${time}Z`);
    expect(formatSpan(at(from), at(to))).toBe(shown);
  });
});

describe('formatDuration', () => {
  it.each([
    [-5, '0 s'],
    [449, '0.4 s'],
    [9_999, '9.9 s'],
    [12_900, '12 s'],
    [192_000, '3 m 12 s'],
    [7_500_000, '2 h 5 m'],
    [97_200_000, '1 d 3 h'],
  ])('%s ms: %s', (ms, expected) => {
    expect(formatDuration(ms)).toBe(expected);
  });
});
