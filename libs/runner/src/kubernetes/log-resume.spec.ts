import { describe, expect, it } from '@jest/globals';
import { LOG_START, type LogPosition } from '@app/domain';
import fc from 'fast-check';
import type { LogPiece } from '../runner.js';
import { LogLines } from './log-lines.js';
import { ResumableLog } from './log-resume.js';

const T = 1_800_000_000;

interface Line {
  at: number;
  text: string;
}

const stamp = (at: number) => new Date(at * 1000).toISOString().replace('Z', '000000Z');
const encode = (lines: readonly Line[]) =>
  Buffer.from(lines.map(({ at, text }) => `${stamp(at)} ${text}\n`).join(''));
/** What a real API server returns: each line is filtered by its own timestamp, truncated to the second. */
const since = (log: readonly Line[], second: number) => log.filter(({ at }) => Math.floor(at) >= second);

const newLog = (from: LogPosition = LOG_START) => new ResumableLog(from, () => new Date(0));

/** Reads one response up to `bytes`, in chunks. `isMismatch`: the reader wants another one at once. */
function readResponse(reader: ResumableLog, log: readonly Line[], { bytes = Infinity, isEnd = false } = {}) {
  const pieces: LogPiece[] = [];
  const answer = encode(since(log, reader.begin())).subarray(0, bytes);
  const lines = new LogLines();
  const take = (taken: readonly LogPiece[] | 'mismatch') =>
    taken !== 'mismatch' && (pieces.push(...taken), true);
  const chunk = answer.length > 10_000 ? 3001 : 7;
  for (let at = 0; at < answer.length; at += chunk) {
    for (const piece of lines.push(answer.subarray(at, at + chunk))) {
      if (!take(reader.accept(piece))) return { pieces, isMismatch: true };
    }
  }
  return { pieces, isMismatch: isEnd && !take(reader.end()) };
}

function readAll(reader: ResumableLog, log: readonly Line[]): LogPiece[] {
  const first = readResponse(reader, log, { isEnd: true });
  return first.isMismatch
    ? [...first.pieces, ...readResponse(reader, log, { isEnd: true }).pieces]
    : first.pieces;
}

const textOf = (pieces: readonly LogPiece[]) =>
  pieces
    .map((piece) => (piece.kind === 'gap' ? '<gap>\n' : piece.text + (piece.endsLine ? '\n' : '')))
    .join('');

/** Lines whose stamps advance, repeat, or go back by up to two seconds. */
const logs = fc
  .array(
    fc.record({
      forward: fc.constantFrom(0, 0, 0.25, 1, 3),
      back: fc.constantFrom(0, 0, 0.5, 1, 2),
      text: fc.constantFrom('a', 'b', '', 'é'),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let newest = T;
    return steps.map(({ forward, back, text }) => ({ at: (newest += forward) - back, text }));
  });

describe('ResumableLog', () => {
  it('returns each line once and in order, wherever connections drop within one process', () => {
    fc.assert(
      fc.property(logs, fc.array(fc.nat(400), { maxLength: 6 }), (log, cuts) => {
        const reader = newLog();
        const pieces = cuts.flatMap((bytes) => {
          const answer = readResponse(reader, log, { bytes });
          expect(answer.isMismatch).toBe(false);
          return answer.pieces;
        });
        pieces.push(...readResponse(reader, log, { isEnd: true }).pieces);
        expect(textOf(pieces)).toBe(log.map(({ text }) => `${text}\n`).join(''));
      }),
      { numRuns: 300 },
    );
  });

  it('returns exactly the rest to another process that resumes from any stored position, while the log grows', () => {
    fc.assert(
      fc.property(logs, fc.nat(30), fc.nat(30), fc.nat(600), (log, grownTo, storedTo, cut) => {
        const before = readResponse(newLog(), log.slice(0, grownTo)).pieces.slice(0, storedTo);
        const second = newLog(before.at(-1)?.position ?? LOG_START);
        const between = readResponse(second, log, { bytes: cut }).pieces;
        const third = newLog(between.at(-1)?.position ?? before.at(-1)?.position ?? LOG_START);
        expect(textOf([...before, ...between, ...readAll(third, log)])).toBe(
          log.map(({ text }) => `${text}\n`).join(''),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never returns a line twice and marks missing lines, whatever was rotated away', () => {
    fc.assert(
      fc.property(logs, fc.nat(30), fc.nat(30), fc.boolean(), (steps, readTo, rotated, isSameProcess) => {
        const log = steps.map((line, n) => ({ ...line, text: `${line.text}${n}` }));
        const reader = newLog();
        const before = readResponse(reader, log.slice(0, readTo)).pieces;
        const next = isSameProcess ? reader : newLog(before.at(-1)?.position);
        const after = readAll(next, log.slice(rotated));
        const given = [...before, ...after].filter((piece) => piece.kind === 'text').map(({ text }) => text);
        expect(new Set(given).size).toBe(given.length);
        const missing = log.filter(({ text }) => !given.includes(text));
        // Lines lost before anything was read leave no trace: there is nothing to compare with.
        if (before.length > 0 && missing.length > 0) expect(textOf(after)).toContain('<gap>');
      }),
      { numRuns: 500 },
    );
  });

  it('resumes inside a very long line, at a UTF-8 boundary', () => {
    const log = [
      { at: T, text: 'first' },
      { at: T + 1, text: 'é'.repeat(100_000) },
      { at: T + 9, text: 'last' },
    ];
    const whole = readAll(newLog(), log);
    expect(whole.length).toBeGreaterThan(5);
    whole.forEach((piece, n) => {
      const text = textOf([...whole.slice(0, n + 1), ...readAll(newLog(piece.position), log)]);
      expect(text).toBe(log.map((line) => `${line.text}\n`).join(''));
    });
  });

  it('never restarts a partly returned line whose rest is lost', () => {
    const log = [
      { at: T, text: 'first' },
      { at: T + 1, text: 'x'.repeat(200_000) },
      { at: T + 2, text: 'next' },
    ];
    const reader = newLog();
    const before = readResponse(reader, log, { bytes: 150_000 }).pieces;
    expect(before.at(-1)).toMatchObject({ endsLine: false });
    // `first` is gone, so the response begins with the long line and does not match the position.
    expect(textOf(readAll(reader, log.slice(1)))).toBe('<gap>\nnext\n');
  });

  it('counts a last line without a newline, and marks it as unterminated', () => {
    const reader = newLog();
    const read = (log: ResumableLog) => {
      log.begin();
      const lines = new LogLines();
      return [...lines.push(Buffer.from(`${stamp(T)} a\n${stamp(T)} b`)), ...lines.end()].flatMap(
        (piece) => log.accept(piece) as LogPiece[],
      );
    };
    const pieces = read(reader);
    expect(pieces).toMatchObject([
      { text: 'a', endsLine: true },
      { text: 'b', endsLine: false },
    ]);
    expect(read(newLog(pieces.at(-1)?.position))).toEqual([]);
  });

  it('reports no gap if the last known line still exists, even if lines before it were rotated away', () => {
    const log = [0, 0.1, 0.2, 0.3].map((after) => ({ at: T + after, text: `line ${after}` }));
    const reader = newLog();
    readResponse(reader, log.slice(0, 3));
    expect(textOf(readAll(reader, log.slice(2)))).toBe('line 0.3\n');
  });

  it('continues with new lines as soon as one proves that stored ones are gone, without counting them', () => {
    const stored = Array.from({ length: 50 }, (_, n) => ({ at: T + n / 100, text: `old ${n}` }));
    const position = readResponse(newLog(), stored).pieces.at(-1)?.position;
    const reader = newLog(position);
    const log = [
      { at: T + 1, text: 'new 1' },
      { at: T + 2, text: 'new 2' },
    ];
    expect(readResponse(reader, log).isMismatch).toBe(true);
    expect(textOf(readResponse(reader, log).pieces)).toBe('<gap>\nnew 1\nnew 2\n');
  });

  it('gives a line without a timestamp the previous timestamp, once, and keeps the position', () => {
    const reader = newLog();
    reader.begin();
    const read = (text: string) =>
      [...new LogLines().push(Buffer.from(text))].flatMap((piece) => reader.accept(piece) as LogPiece[]);
    const [line] = read(`${stamp(T)} hello\n`);
    const said = read('rpc error: code = NotFound\n');
    expect(said).toEqual([
      {
        kind: 'text',
        timestamp: stamp(T),
        text: 'rpc error: code = NotFound',
        endsLine: true,
        position: line!.position,
      },
    ]);
    expect(read('rpc error: code = NotFound\n')).toEqual([]);
  });

  it('drops the unstamped tail of a line that began before the requested second', () => {
    const log = [
      { at: T, text: 'a' },
      { at: T + 5, text: 'b' },
    ];
    const reader = newLog(readResponse(newLog(), log).pieces.at(-1)?.position);
    reader.begin();
    const answer = Buffer.concat([Buffer.from('tail of a\n'), encode([log[1]!, { at: T + 6, text: 'c' }])]);
    const pieces = [...new LogLines().push(answer)].map((piece) => reader.accept(piece));
    expect(textOf(pieces.flat() as LogPiece[])).toBe('c\n');
  });
});
