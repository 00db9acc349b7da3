import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineJoiner, type LogChunk } from './join-lines.js';

type Row = { kind: 'text' | 'gap'; text: string; endsLine: boolean };

const row = (text: string, endsLine = true): Row => ({ kind: 'text', text, endsLine });
const gap: Row = { kind: 'gap', text: '[gap]', endsLine: true };

function joinAll(rows: readonly Row[], batchSize = rows.length || 1): LogChunk[] {
  const joiner = new LineJoiner();
  const chunks: LogChunk[] = [];
  for (let start = 0; start < rows.length; start += batchSize) {
    chunks.push(...joiner.push(rows.slice(start, start + batchSize)));
  }
  return [...chunks, ...joiner.end()];
}

/** As a plain-text answer joins chunks. */
const asText = (chunks: readonly LogChunk[]) =>
  chunks.map(({ text, endsLine }) => (endsLine ? `${text}\n` : text)).join('');

/** As a WebSocket client joins them: each message is whole lines. */
const asLines = (chunks: readonly LogChunk[]) =>
  chunks.filter(({ text, startsLine }) => text !== '' || startsLine).flatMap(({ text }) => text.split('\n'));

const MEBIBYTE = 1024 * 1024;

const anyText = fc.string({ maxLength: 20 }).map((value) => value.replaceAll('\n', ''));
const anyRow = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text: anyText, endsLine: fc.boolean() }),
  fc.constant(gap),
);

describe('LineJoiner', () => {
  it.each<[string, Row[], string[]]>([
    ['nothing', [], []],
    ['an empty line', [row('')], ['']],
    ['lines', [row('a'), row(''), row('b')], ['a', '', 'b']],
    ['parts of a line', [row('a', false), row('b', false), row('c')], ['abc']],
    ['no newline at the end', [row('a'), row('b', false)], ['a', 'b']],
    ['a marker after a part of a line', [row('a', false), gap, row('b')], ['a', '[gap]', 'b']],
    ['a marker after a line', [row('a'), gap], ['a', '[gap]']],
  ])('%s', (_name, rows, lines) => expect(asLines(joinAll(rows))).toEqual(lines));

  it('sends a very long line in parts', () => {
    const part = 'x'.repeat(MEBIBYTE / 2);
    const rows = [
      row('before'),
      row(part, false),
      row(part, false),
      row(part, false),
      row('end'),
      row('after'),
    ];
    const chunks = joinAll(rows);
    expect(asText(chunks)).toBe(`before\n${part}${part}${part}end\nafter\n`);
    expect(asLines(chunks)).toEqual(['before', part + part, `${part}end`, 'after']);
    expect(asLines(joinAll([row('x'.repeat(MEBIBYTE), false), row(''), row('after')]))).toEqual([
      'x'.repeat(MEBIBYTE),
      'after',
    ]);
    expect(asText(joinAll([row('x'.repeat(MEBIBYTE), false), gap]))).toBe(`${'x'.repeat(MEBIBYTE)}\n[gap]\n`);
  });

  it('gives every line once, for any batch size', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.integer({ min: 1, max: 10 }), (rows, batchSize) => {
        const chunks = joinAll(rows, batchSize);
        expect(asText(chunks)).toBe(asText(joinAll(rows)));
        const expected = rows
          .map((each, index) => {
            const isBroken = !each.endsLine && rows[index + 1]?.kind === 'gap';
            return each.endsLine || isBroken ? `${each.text}\n` : each.text;
          })
          .join('');
        expect(asText(chunks)).toBe(expected);
      }),
    );
  });

  it('gives every reader of the same pages the same text, from any start', () => {
    const pages = fc.array(fc.array(anyRow, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pages, fc.nat(), (shared, start) => {
        for (const from of [0, start % shared.length, 0]) {
          const read = shared.slice(from);
          const joiner = new LineJoiner();
          const chunks = [...read.flatMap((page) => joiner.push(page)), ...joiner.end()];
          expect(asText(chunks)).toBe(asText(joinAll(read.flat())));
        }
      }),
    );
  });

  it('joins a page once for all readers that are between lines', () => {
    const page = [row('a'), row('b')];
    const chunks = new LineJoiner().push(page);
    expect(new LineJoiner().push(page)).toBe(chunks);
    const inALine = new LineJoiner();
    inALine.push([row('begun, ', false)]);
    expect(asText(inALine.push(page))).toBe('begun, a\nb\n');
  });
});
