import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLongEnoughToMask } from './check-secret.js';
import { createMasker, type MaskedPiece } from './mask.js';

type Piece = Pick<MaskedPiece<number>, 'text' | 'endsLine'>;

/** Forms of a value made by other means than the masker's own. */
const FORMS: Record<string, (value: string) => string> = {
  raw: (value) => value,
  json: (value) => JSON.stringify(value).slice(1, -1),
  url: encodeURIComponent,
  form: (value) => new URLSearchParams({ a: value }).toString().slice(2),
  hex: (value) => Buffer.from(value).toString('hex'),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64Line: (value) => Buffer.from(`${value}\n`).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  base64Behind1: (value) => Buffer.from(`:${value}`).toString('base64').slice(2),
  base64Behind2: (value) => Buffer.from(`::${value}`).toString('base64').slice(3),
};

// No `*`: what a mask and its surroundings spell together is no secret.
const oneLineSecret = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 6, maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', '+', '"', ' '), minLength: 6, maxLength: 60 }),
  )
  .map((value) => value.replace(/[*\r\n]/g, '_'))
  .filter((value) => value.trim() === value && isLongEnoughToMask(value));
const secretOfLines = fc
  .array(oneLineSecret, { minLength: 2, maxLength: 4 })
  .map((lines) => lines.join('\n'));
const secrets = fc.array(fc.oneof({ weight: 3, arbitrary: oneLineSecret }, secretOfLines), {
  minLength: 1,
  maxLength: 4,
});

const noise = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom('\n', '\r\n', '\r', 'a', 'ab', 'aabb', '=', 'YWFh'),
);

/** A log in which forms of the secrets stand between other text. */
const leakyLog = secrets.chain((values) =>
  fc
    .array(
      fc.oneof(
        noise,
        fc
          .tuple(fc.constantFrom(...values), fc.constantFrom(...Object.values(FORMS)))
          .map(([value, form]) => form(value)),
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((parts) => ({ values, log: parts.join('') })),
);

const cuts = fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 200 });

/** Cuts a log into lines, and these into pieces as long as `cuts` says, then whole. */
function toPieces(log: string, lengths: readonly number[]): Piece[] {
  let cut = 0;
  return log.split('\n').flatMap((line) => {
    const pieces: Piece[] = [];
    let rest = line;
    while (rest.length > (lengths[cut] ?? Infinity)) {
      pieces.push({ text: rest.slice(0, lengths[cut]), endsLine: false });
      rest = rest.slice(lengths[cut]);
      cut += 1;
    }
    return [...pieces, { text: rest, endsLine: true }];
  });
}

function mask(values: readonly string[], pieces: readonly Piece[]): MaskedPiece<number>[] {
  const masker = createMasker<number>(values);
  const out = pieces.flatMap(({ text, endsLine }, tag) => masker.push(text, endsLine, tag));
  return [...out, ...masker.flush()];
}

const join = (pieces: readonly Piece[]) =>
  pieces.map(({ text, endsLine }) => text + (endsLine ? '\n' : '')).join('');

describe('createMasker, properties', () => {
  it('leaks no form of a secret, however the stream is cut', () => {
    fc.assert(
      fc.property(leakyLog, cuts, ({ values, log }, lengths) => {
        const masked = join(mask(values, toPieces(log, lengths)));
        for (const value of values) {
          for (const form of Object.values(FORMS)) expect(masked.includes(form(value))).toBe(false);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('returns the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(leakyLog, cuts, ({ values, log }, lengths) => {
        expect(join(mask(values, toPieces(log, lengths)))).toBe(join(mask(values, toPieces(log, []))));
      }),
      { numRuns: 400 },
    );
  });

  it('returns every piece exactly once, in order, with its tag and line end', () => {
    fc.assert(
      fc.property(leakyLog, cuts, ({ values, log }, lengths) => {
        const pieces = toPieces(log, lengths);
        const out = mask(values, pieces);
        expect(out.map(({ tag }) => tag)).toEqual(pieces.map((_, index) => index));
        expect(out.map(({ endsLine }) => endsLine)).toEqual(pieces.map(({ endsLine }) => endsLine));
      }),
    );
  });

  it('leaves text without secrets unchanged', () => {
    const cyrillic = fc.string({ unit: fc.constantFrom(...'абвгд \t\r\n.*'), maxLength: 300 });
    fc.assert(
      fc.property(secrets, cyrillic, cuts, (values, log, lengths) => {
        const pieces = toPieces(log, lengths);
        expect(join(mask(values, pieces))).toBe(join(pieces));
      }),
    );
  });

  it('masks plain secrets exactly where a search finds them', () => {
    const digits = fc.string({ unit: fc.constantFrom('#', '$'), maxLength: 60 });
    const secret = fc.string({ unit: fc.constantFrom('#', '$'), minLength: 6, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), digits, cuts, (values, line, lengths) => {
        expect(join(mask(values, toPieces(line, lengths)))).toBe(`${maskBySearch(values, line)}\n`);
      }),
    );
  });
});

function maskBySearch(values: readonly string[], line: string): string {
  const isMasked = Array.from(line, () => false);
  for (const value of values) {
    for (let at = line.indexOf(value); at !== -1; at = line.indexOf(value, at + 1)) {
      isMasked.fill(true, at, at + value.length);
    }
  }
  return Array.from(line, (character, index) => (isMasked[index] ? '\0' : character))
    .join('')
    .replace(/\0+/g, '***');
}
