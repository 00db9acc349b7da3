import { describe, expect, it } from '@jest/globals';
import type { LogRow } from '@app/database';
import { explain, statementsOf } from '../support/plans.js';
import { setUpStores } from '../support/set-up-stores.js';
import { aBatch, aRow, claim, claimRunning } from '../support/stores.js';

const stores = setUpStores();

describe('appending to logs', () => {
  it('omits the lines of a fenced execution and keeps the others', async () => {
    const [a, b, c] = [await claimRunning(stores), await claimRunning(stores), await claimRunning(stores)];
    await claim(stores, b.execution.id);
    const batches = [a, b, c].map(({ lease }) => aBatch(lease, [aRow(1), aRow(2)]));
    const stored = await stores.logs.append(batches);
    expect(batches.map((batch) => stored.has(batch))).toEqual([true, false, true]);
    const counts = await Promise.all(
      [a, b, c].map(async ({ execution }) => (await stores.logs.read(execution.id, 0)).length),
    );
    expect(counts).toEqual([2, 0, 2]);
  });

  it('distinguishes a fenced batch from a valid one of the same execution', async () => {
    const old = await claimRunning(stores);
    const { lease } = await claim(stores, old.execution.id);
    const batches = [aBatch(old.lease, [aRow(1, 'old'), aRow(2, 'old')]), aBatch(lease, [aRow(1, 'new')])];
    const stored = await stores.logs.append(batches);
    expect(batches.map((batch) => stored.has(batch))).toEqual([false, true]);
    expect((await stores.logs.read(old.execution.id, 0)).map(({ text }) => text)).toEqual(['new']);
    expect((await claim(stores, old.execution.id)).attempts[0]?.logPosition.lines).toBe(1);
  });

  it('stores a batch once, however often it is sent', async () => {
    const { lease, execution } = await claimRunning(stores);
    const batch = aBatch(lease, [aRow(1), aRow(2)]);
    await stores.logs.append([batch]);
    await stores.logs.append([batch]);
    expect((await stores.logs.read(execution.id, 0)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('stores rows and position together or not at all', async () => {
    const { lease, execution } = await claimRunning(stores);
    const bad = aBatch(lease, [aRow(1), aRow(2, 'x', { stampedAt: 'no time' })]);
    await expect(stores.logs.append([bad])).rejects.toThrow();
    expect(await stores.logs.read(execution.id, 0)).toEqual([]);
    expect((await claim(stores, execution.id)).attempts[0]?.logPosition.lines).toBe(0);
  });

  it('stores any text unchanged', async () => {
    const { lease, execution } = await claimRunning(stores);
    const texts = [
      '', ' ', 'NULL', 'null', '{}', '{a,b}', '"', '\\', '\\"', "'", ',', '\t\r\b\f\v', '\u0001\u007f\u0085',
      '☃ 💥 é e\u0301', '\u202e\u2028\ufeff', '$1 $$ %s %', '\\0', 'a\nb', '\x1b[31mred\x1b[0m', 'x'.repeat(300_000),
    ]; // prettier-ignore
    await stores.logs.append([
      aBatch(
        lease,
        texts.map((text, i) => aRow(i + 1, text, { endsLine: i % 2 === 0 })),
      ),
    ]);
    const rows = await stores.logs.read(execution.id, 0);
    expect(rows.map(({ text }) => text)).toEqual(texts);
    expect(rows.map(({ endsLine }) => endsLine)).toEqual(texts.map((_, i) => i % 2 === 0));
    expect(rows[0]?.stampedAt).toBe('2026-11-22T10:00:00.123Z');
  });

  it('stores a position alone, and markers without a time', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.logs.append([
      aBatch(lease, [], {
        isComplete: true,
        position: { sinceSecond: 5, lines: 0, hash: 0, partialBytes: 0 },
      }),
    ]);
    await stores.logs.append([aBatch(lease, [aRow(1, 'cut here', { kind: 'cut', stampedAt: null })])]);
    expect(await stores.logs.read(execution.id, 0)).toEqual([
      { seq: 1, kind: 'cut', text: 'cut here', endsLine: true, stampedAt: null },
    ]);
  });

  it('drops the rows between two numbers and reports the extent for the next follower', async () => {
    const { lease, execution } = await claimRunning(stores);
    const marker = aRow(3, 'cut', { kind: 'cut', stampedAt: null });
    await stores.logs.append([
      aBatch(lease, [
        aRow(1, 'x'.repeat(100)),
        aRow(2, ''),
        marker,
        aRow(4),
        aRow(5),
        aRow(6, 'é'.repeat(50)),
      ]),
    ]);
    await stores.logs.append([aBatch(lease, [aRow(7, '')], { drop: { afterSeq: 3, beforeSeq: 6 } })]);
    expect((await stores.logs.read(execution.id, 0)).map(({ seq }) => seq)).toEqual([1, 2, 3, 6, 7]);
    expect(await stores.logs.readExtent(execution.id)).toEqual({
      lastSeq: 7,
      headCostBytes: 132,
      cutSeq: 3,
      tail: [
        { seq: 6, costBytes: 100 },
        { seq: 7, costBytes: 32 },
      ],
      isLineOpen: false,
    });
    await stores.logs.append([aBatch(lease, [aRow(8, 'goes on', { endsLine: false })])]);
    expect(await stores.logs.readExtent(execution.id)).toMatchObject({ lastSeq: 8, isLineOpen: true });
    expect(await stores.logs.readExtent(1)).toEqual({
      lastSeq: 0,
      headCostBytes: 0,
      cutSeq: null,
      tail: [],
      isLineOpen: false,
    });
  });

  it('is read in pages bounded by bytes, with at least one row each', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.logs.append([
      aBatch(lease, [
        aRow(1, 'a'.repeat(3_000)),
        aRow(2, 'b'.repeat(600)),
        aRow(3, 'c'.repeat(600)),
        aRow(4),
      ]),
    ]);
    const pages: number[][] = [];
    for (let after = 0; ;) {
      const page = await stores.logs.read(execution.id, after, 1_000);
      if (page.length === 0) break;
      pages.push(page.map(({ seq }) => seq));
      after = page.at(-1)?.seq ?? 0;
    }
    expect(pages).toEqual([[1], [2, 3], [4]]);
  });

  it('creates partitions once, even concurrently, and has a place for every other row', async () => {
    const made = await Promise.all([stores.logs.ensurePartitions(30), stores.logs.ensurePartitions(30)]);
    expect(made.sort((a, b) => a - b)).toEqual([0, 22]);
    const { lease, execution } = await claimRunning(stores);
    await stores.logs.append([aBatch(lease, [aRow(1)])]);
    await stores.query(`insert into execution_log values (1, 1, 0, now(), 'of 2025', true)`);
    const places = await stores.query<{ place: string }>(
      'select tableoid::regclass::text as place from execution_log where execution_id in ($1, 1) order by execution_id',
      [execution.id],
    );
    expect(places).toEqual([
      { place: 'execution_log_default' },
      { place: expect.stringMatching(/^execution_log_w\d{5}$/) },
    ]);
  });

  it('creates the other partitions even if one week lies in the default partition', async () => {
    const [week] = await stores.query<{ id: string }>(
      `select first_execution_id_at(now() + interval '250 days') as id`,
    );
    await stores.query(`insert into execution_log values ($1, 1, 0, now(), 'early', true)`, [week?.id]);
    expect(await stores.logs.ensurePartitions(40)).toBe(9);
  });
});

describe('the start of a partial log', () => {
  const at = (second: number) => `2026-11-22T10:00:0${second}Z`;
  const rows = [
    aRow(1, 'one', { stampedAt: at(1) }),
    aRow(2, 'two, ', { stampedAt: at(2), endsLine: false }),
    aRow(4, 'in three, ', { stampedAt: at(3), endsLine: false }),
    aRow(5, 'parts', { stampedAt: at(3) }),
    aRow(6, 'cut off', { stampedAt: at(4), endsLine: false }),
    aRow(7, 'lines are missing', { kind: 'gap', stampedAt: null }),
    aRow(9, 'back in time', { stampedAt: at(2) }),
    aRow(10, 'last', { stampedAt: at(6) }),
  ];
  async function logOf(stored: readonly LogRow[]) {
    const { lease, execution } = await claimRunning(stores);
    await stores.logs.append([aBatch(lease, stored)]);
    const textsAfter = async (seq: number) =>
      (await stores.logs.read(execution.id, seq)).map(({ text }) => text);
    return {
      tail: async (lines: number) => textsAfter(await stores.logs.findTailStart(execution.id, lines)),
      since: async (second: number) =>
        textsAfter(await stores.logs.findSinceStart(execution.id, new Date(at(second)))),
    };
  }

  it('is found by a number of whole lines from the end', async () => {
    const log = await logOf(rows);
    const texts = rows.map(({ text }) => text);
    expect(await log.tail(0)).toEqual([]);
    expect(await log.tail(1)).toEqual(['last']);
    expect(await log.tail(3)).toEqual(texts.slice(5));
    expect(await log.tail(4)).toEqual(texts.slice(4));
    expect(await log.tail(5)).toEqual(texts.slice(1));
    for (const lines of [6, 7, 1_000_000]) expect(await log.tail(lines)).toEqual(texts);
  });

  it('counts an unfinished last line', async () => {
    const log = await logOf([
      ...rows,
      aRow(11, 'still ', { endsLine: false }),
      aRow(12, 'open', { endsLine: false }),
    ]);
    expect(await log.tail(1)).toEqual(['still ', 'open']);
    expect(await log.tail(2)).toEqual(['last', 'still ', 'open']);
  });

  it('is found by time: the first line that began at or after it', async () => {
    const log = await logOf(rows);
    const texts = rows.map(({ text }) => text);
    expect(await log.since(0)).toEqual(texts);
    expect(await log.since(2)).toEqual(texts.slice(1));
    expect(await log.since(3)).toEqual(texts.slice(4));
    expect(await log.since(5)).toEqual(['last']);
    expect(await log.since(7)).toEqual([]);
  });

  it('ends with the last row, found without reading the others', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.logs.append([
      aBatch(
        lease,
        Array.from({ length: 5_000 }, (_, i) => aRow(2 * i + 1, 'x'.repeat(100))),
      ),
    ]);
    const end = () => stores.logs.findEnd(execution.id);
    expect(await end()).toBe(9_999);
    const [statement, ...more] = await statementsOf(end, /execution_log/);
    expect(more).toEqual([]);
    expect((await explain(stores.url, statement!, 'run')).buffers).toBeLessThan(10);
  });

  it('is the beginning of an empty log', async () => {
    expect(await stores.logs.findEnd(2)).toBe(0);
    expect(await stores.logs.findTailStart(2, 10)).toBe(0);
    expect(await stores.logs.findSinceStart(2, new Date(0))).toBe(0);
  });
});
