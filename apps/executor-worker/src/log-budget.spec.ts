import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MIN_ROW_COST_BYTES, type LogExtent, type LogRow } from '@app/database';
import { LogBudget, type NewLogRow } from './log-budget.js';

const EMPTY: LogExtent = { lastSeq: 0, headCostBytes: 0, cutSeq: null, tail: [], isLineOpen: false };
const STAMP = '2026-11-22T10:00:00Z';
const textRow = (text: string, endsLine = true): NewLogRow => ({
  kind: 'text',
  text,
  endsLine,
  stampedAt: STAMP,
});
const gapRow: NewLogRow = { kind: 'gap', text: 'lines are missing', endsLine: true, stampedAt: null };
/** Rows a container printed, as opposed to markers and the line ends before them. */
const isPrinted = ({ stampedAt }: LogRow) => stampedAt === STAMP;
const costOf = ({ text }: { text: string }) => Math.max(Buffer.byteLength(text), MIN_ROW_COST_BYTES);
const sum = (rows: readonly { text: string }[]) => rows.reduce((total, row) => total + costOf(row), 0);

/** One log as the database holds it. */
class Stored {
  rows: LogRow[] = [];

  /** Stores one batch, as the log writer does. */
  store(budget: LogBudget, rows: readonly NewLogRow[]): void {
    const numbered = rows.flatMap((row) => budget.number(row));
    const drop = budget.drop();
    this.rows = [...this.rows, ...numbered].filter(
      ({ seq }) => !drop || seq <= drop.afterSeq || seq >= drop.beforeSeq,
    );
  }

  extent(): LogExtent {
    const cutSeq = this.rows.find(({ kind }) => kind === 'cut')?.seq ?? null;
    return {
      lastSeq: this.rows.at(-1)?.seq ?? 0,
      headCostBytes: sum(this.rows.filter(({ seq }) => cutSeq === null || seq < cutSeq)),
      cutSeq,
      tail: this.rows
        .filter(({ seq }) => cutSeq !== null && seq > cutSeq)
        .map((row) => ({ seq: row.seq, costBytes: costOf(row) })),
      isLineOpen: this.rows.at(-1)?.endsLine === false,
    };
  }
}

describe('LogBudget', () => {
  it('numbers rows from 1 and drops nothing within the limit', () => {
    const budget = new LogBudget(1_000, EMPTY);
    expect(budget.number(textRow('a'))).toMatchObject([{ seq: 1, text: 'a' }]);
    expect(budget.number(textRow('b'))).toMatchObject([{ seq: 2, text: 'b' }]);
    expect(budget.drop()).toBeNull();
  });

  it('continues after the last number', () => {
    const budget = new LogBudget(1_000, { ...EMPTY, lastSeq: 41, headCostBytes: 10 });
    expect(budget.number(textRow('a'))).toMatchObject([{ seq: 42 }]);
  });

  it('marks the cut once and says how much is kept', () => {
    const stored = new Stored();
    const budget = new LogBudget(10 * 1024, EMPTY);
    for (let i = 0; i < 200; i++) stored.store(budget, [textRow('x'.repeat(100))]);
    const markers = stored.rows.filter(({ kind }) => kind === 'cut');
    expect(markers).toMatchObject([
      {
        endsLine: true,
        text: '[proctor: this log exceeds its limit of 10 KiB; from here on, only the last 2.5 KiB are kept]',
      },
    ]);
  });

  it('counts the minimum cost of an empty line', () => {
    const stored = new Stored();
    const budget = new LogBudget(3_200, EMPTY);
    for (let i = 0; i < 1_000; i++) stored.store(budget, [textRow('')]);
    expect(stored.rows).toHaveLength(101);
  });

  it('counts bytes, not characters', () => {
    const stored = new Stored();
    const budget = new LogBudget(1_000, EMPTY);
    stored.store(budget, [textRow('☃'.repeat(200)), textRow('☃'.repeat(200))]);
    expect(stored.rows.map(({ kind }) => kind)).toEqual(['text', 'cut', 'text']);
  });

  it('keeps the newest row even if it alone exceeds the limit of the tail', () => {
    const stored = new Stored();
    const budget = new LogBudget(400, EMPTY);
    for (let i = 0; i < 3; i++) stored.store(budget, [textRow(`${i}${'x'.repeat(1_000)}`)]);
    expect(stored.rows.map(({ kind, text }) => kind + text[0])).toEqual(['cut[', 'text2']);
  });

  it('gives a marker a line of its own', () => {
    const stored = new Stored();
    stored.store(new LogBudget(10_000, EMPTY), [textRow('begun', false), gapRow, textRow('next')]);
    expect(stored.rows.map(({ text, endsLine }) => text + (endsLine ? '|' : ''))).toEqual([
      'begun',
      '|',
      'lines are missing|',
      'next|',
    ]);
  });

  it('ends an open line once if a gap falls where the log is cut', () => {
    const stored = new Stored();
    stored.store(new LogBudget(1_000, EMPTY), [textRow('x'.repeat(740), false), gapRow]);
    expect(stored.rows.map(({ kind, text }) => `${kind} ${text.length}`)).toEqual([
      'text 740',
      'text 0',
      expect.stringMatching(/^cut/),
      'gap 17',
    ]);
  });

  it('keeps the head, one marker and the newest rows, regardless of takeovers', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 120 }),
      fc.integer({ min: 0, max: 900 }).map((n) => 'é'.repeat(n)),
    );
    const rows = fc.array(
      fc.tuple(text, fc.boolean()).map(([printed, endsLine]) => textRow(printed, endsLine)),
      { maxLength: 80 },
    );
    const batches = fc.array(fc.record({ rows, takesOver: fc.boolean() }), { maxLength: 12 });
    fc.assert(
      fc.property(batches, fc.integer({ min: 200, max: 8_000 }), (given, limit) => {
        const stored = new Stored();
        let budget = new LogBudget(limit, EMPTY);
        for (const { rows, takesOver } of given) {
          stored.store(budget, rows);
          if (takesOver) budget = new LogBudget(limit, stored.extent());
        }
        const all = given.flatMap(({ rows }) => rows.map(({ text }) => text));
        const markers = stored.rows.filter(({ kind }) => kind === 'cut');
        expect(markers.length).toBeLessThanOrEqual(1);
        const cutSeq = markers[0]?.seq ?? Infinity;
        const printed = stored.rows.filter(isPrinted);
        const head = printed.filter(({ seq }) => seq < cutSeq);
        const tail = printed.filter(({ seq }) => seq > cutSeq);
        expect(head.map(({ text }) => text)).toEqual(all.slice(0, head.length));
        expect(tail.map(({ text }) => text)).toEqual(all.slice(all.length - tail.length));
        expect(cutSeq < Infinity || head.length === all.length).toBe(true);
        expect(tail.length <= 1 || sum(tail) <= limit / 4 + 1).toBe(true);
        expect(sum(head)).toBeLessThanOrEqual(limit * 0.75);
        expect(stored.rows.findLast(({ seq }) => seq < cutSeq)?.endsLine ?? true).toBe(
          cutSeq < Infinity ? true : (stored.rows.at(-1)?.endsLine ?? true),
        );
        const seqs = stored.rows.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      }),
    );
  });
});
