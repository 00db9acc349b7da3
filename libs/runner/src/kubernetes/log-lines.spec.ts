import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LogLines, PIECE_BYTES, type RawPiece } from './log-lines.js';
import { parseStamp } from './log-stamp.js';

const STAMP = '2027-01-15T08:00:00.123456789Z';

function cut(bytes: Buffer, sizes: readonly number[]): RawPiece[] {
  const lines = new LogLines();
  const pieces: RawPiece[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!;
    for (const piece of lines.push(bytes.subarray(at, at + size)))
      pieces.push({ ...piece, bytes: Buffer.from(piece.bytes) });
    at += size;
  }
  return [...pieces, ...lines.end()];
}

describe('LogLines', () => {
  it('returns the same pieces however the stream is chunked, and every byte once', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a))),
      fc.constantFrom(
        Buffer.alloc(PIECE_BYTES, 'é'),
        Buffer.alloc(PIECE_BYTES + 1, '€'),
        Buffer.alloc(3 * PIECE_BYTES, 0x80),
      ),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(content, { maxLength: 6 }), sizes, (contents, chunks) => {
        const log = Buffer.concat(
          contents.flatMap((bytes) => [Buffer.from(`${STAMP} `), bytes, Buffer.from('\n')]),
        );
        const pieces = cut(
          log,
          chunks.map((size) => (log.length > 10_000 ? size + 1_000 : size)),
        );
        const outline = (some: readonly RawPiece[]) =>
          some.map(({ stamp, bytes, endsLine, crc }) => [stamp?.text, bytes.length, endsLine, crc]);
        expect(outline(pieces)).toEqual(outline(cut(log, [log.length || 1])));
        const whole = pieces
          .map(({ bytes, endsLine }) => bytes.toString('utf8') + (endsLine ? '\n' : ''))
          .join('');
        expect(whole === contents.map((bytes) => `${bytes.toString('utf8')}\n`).join('')).toBe(true);
        expect(pieces.every(({ bytes }) => bytes.length <= PIECE_BYTES)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['a line', `${STAMP} text\n`, [[STAMP, 'text']]],
    ['an empty line', `${STAMP} \n`, [[STAMP, '']]],
    ['an empty line without the space', `${STAMP}\n`, [[STAMP, '']]],
    ['a carriage return and NUL', `${STAMP} a\r\0b\n`, [[STAMP, 'a\r\0b']]],
    ['a line without timestamp', 'rpc error: not found\n', [[undefined, 'rpc error: not found']]],
    [
      'a last line without newline',
      `${STAMP} a\n${STAMP} b`,
      [
        [STAMP, 'a'],
        [STAMP, 'b'],
      ],
    ],
  ])('reads %s', (_case, log, expected) => {
    expect(cut(Buffer.from(log), [5]).map(({ stamp, bytes }) => [stamp?.text, bytes.toString()])).toEqual(
      expected,
    );
  });
});

describe('parseStamp', () => {
  it.each([
    ['2027-01-15T08:00:00.5Z', 1_800_000_000, 500_000_000],
    ['2027-01-15T08:00:00Z', 1_800_000_000, 0],
    ['2027-01-15T10:00:00.000000001+02:00', 1_800_000_000, 1],
  ])('reads %s', (text, second, nanos) => {
    expect(parseStamp(text)).toEqual({ second, nanos, text });
  });

  it.each(['', 'hello', '2027-01-15', '2027-13-45T08:00:00Z', '2027-01-15T08:00:00.1234567890Z'])(
    'refuses "%s"',
    (text) => {
      expect(parseStamp(text)).toBeNull();
    },
  );
});
