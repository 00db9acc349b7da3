import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogBatch } from '@app/database';
import { LOG_START, type LogPosition } from '@app/domain';
import { LogBudget } from './log-budget.js';
import type { LogSink } from './log-sink.js';
import { LogWriter } from './log-writer.js';
import { FakeRecords, unavailable } from './testing/fake-records.js';

let records: FakeRecords;
let writer: LogWriter;
let errors: unknown[];
let reported: number[];
const never = new AbortController().signal;

beforeEach(() => {
  records = new FakeRecords();
  errors = [];
  reported = [];
  writer = new LogWriter(records, {
    onStored: (ids) => reported.push(...ids),
    onError: (error) => errors.push(error),
  });
});
afterEach(() => writer.close());

interface Open {
  id: number;
  sink: LogSink;
  isFenced: () => boolean;
  write(text: string): Promise<void>;
}

async function open(limitBytes = 1_000_000): Promise<Open> {
  const id = records.add();
  const claimed = await records.claim(id);
  if (!claimed) throw new Error('not claimed');
  await records.record(claimed.lease, {
    attempts: [
      {
        podUid: 'pod',
        podName: 'pod',
        startedAt: null,
        endedAt: null,
        exitCode: null,
        reason: null,
        isDisrupted: false,
      },
    ],
  });
  let fenced = false;
  const budget = new LogBudget(limitBytes, await records.readExtent(id));
  const sink = writer.openSink({
    lease: claimed.lease,
    podUid: 'pod',
    budget,
    start: LOG_START,
    onFenced: () => (fenced = true),
  });
  let lines = 0;
  const write = (text: string) =>
    sink.write({ kind: 'text', text, endsLine: true, stampedAt: null }, at(++lines), never);
  return { id, sink, isFenced: () => fenced, write };
}

const at = (lines: number): LogPosition => ({ ...LOG_START, lines });
const attemptOf = (id: number) => records.row(id).attempts[0];

/** Replaces `append` by one that does something before or instead. */
function onAppend(
  change: (append: typeof records.append, batches: readonly LogBatch[]) => ReturnType<typeof records.append>,
) {
  const append = records.append.bind(records);
  records.append = (batches) => change(append, batches);
}

describe('LogWriter', () => {
  it('stores the lines of many executions in one statement, and reports the executions with new rows', async () => {
    let statements = 0;
    onAppend((append, batches) => {
      statements++;
      return append(batches);
    });
    const all = await Promise.all(Array.from({ length: 20 }, () => open()));
    for (const { write, id } of all) for (let i = 0; i < 5; i++) await write(`${id}.${i}`);
    await Promise.all(all.map(({ sink }) => sink.drain(never)));
    for (const { id } of all) expect(records.textOf(id)).toEqual([0, 1, 2, 3, 4].map((i) => `${id}.${i}`));
    expect(statements).toBe(1);
    expect(new Set(reported)).toEqual(new Set(all.map(({ id }) => id)));
  });

  it('completes a log with its position, even without any line', async () => {
    const [some, none] = [await open(), await open()];
    await some.write('a line');
    await Promise.all([some.sink.complete(never), none.sink.complete(never)]);
    expect(attemptOf(some.id)).toMatchObject({ isLogComplete: true, logPosition: at(1) });
    expect(attemptOf(none.id)).toMatchObject({ isLogComplete: true, logPosition: LOG_START });
  });

  it('completes a log with its last line while a batch is in flight', async () => {
    const one = await open();
    onAppend(async (append, batches) => {
      await sleep(50);
      return append(batches);
    });
    await one.write('first');
    await sleep(120);
    await one.write('second');
    await one.sink.complete(never);
    expect(records.textOf(one.id)).toEqual(['first', 'second']);
    expect(attemptOf(one.id)).toMatchObject({ isLogComplete: true, logPosition: at(2) });
  });

  it('stores each line once through outages and lost answers', async () => {
    const one = await open();
    let calls = 0;
    onAppend(async (append, batches) => {
      calls++;
      if (calls === 1) throw unavailable();
      const stored = await append(batches);
      if (calls === 2) throw unavailable();
      return stored;
    });
    for (let i = 0; i < 10; i++) await one.write(`line ${i}`);
    await one.sink.drain(never);
    expect(records.textOf(one.id)).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i}`));
    expect(records.row(one.id).log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(calls).toBe(3);
  });

  it('gives up a fenced execution and keeps the others', async () => {
    const [gone, other] = [await open(), await open()];
    await gone.write('late');
    await other.write('line');
    await records.claim(gone.id);
    await Promise.all([gone.sink.drain(never), other.sink.drain(never)]);
    expect([gone.isFenced(), other.isFenced()]).toEqual([true, false]);
    expect([records.textOf(gone.id), records.textOf(other.id)]).toEqual([[], ['line']]);
    expect(reported).toEqual([other.id]);
  });

  it('fails the execution whose lines cannot be stored, and no other', async () => {
    const [bad, other] = [await open(), await open()];
    onAppend((append, batches) => {
      if (batches.some(({ rows }) => rows.some(({ text }) => text === 'poison')))
        throw new Error('no such text');
      return append(batches);
    });
    await bad.write('poison');
    await other.write('line');
    await expect(bad.sink.drain(never)).rejects.toThrow('no such text');
    await other.sink.drain(never);
    expect(records.textOf(other.id)).toEqual(['line']);
    expect(errors).toHaveLength(1);
    await expect(bad.write('more')).rejects.toThrow('no such text');
    bad.sink.giveUp();
    await other.write('second');
    await other.sink.drain(never);
    expect(records.textOf(other.id)).toEqual(['line', 'second']);
  });

  it.each([
    ['long lines', 'x'.repeat(100_000), 30],
    ['empty lines', '', 30_000],
  ])('pauses a reader of %s that is faster than storing them', async (_name, text, count) => {
    const one = await open(1024 ** 3);
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    onAppend(async (append, batches) => {
      await held;
      return append(batches);
    });
    let written = 0;
    const writing = (async () => {
      for (; written < count; written++) await one.write(text);
    })();
    await sleep(250);
    expect(written).toBeLessThan(count);
    expect(writer.waitingBytes).toBeLessThan(1.2 * 1024 * 1024);
    release();
    await writing;
    await one.sink.drain(never);
    expect(records.row(one.id).log).toHaveLength(count);
    expect(writer.waitingBytes).toBe(0);
  });

  it('ends a wait on an abort', async () => {
    const one = await open();
    records.failure = unavailable();
    await one.write('line');
    await expect(one.sink.drain(AbortSignal.timeout(150))).rejects.toMatchObject({ name: 'TimeoutError' });
    one.sink.giveUp();
    records.failure = null;
    expect(writer.waitingBytes).toBe(0);
    const next = await open();
    await next.write('line');
    await next.sink.drain(never);
    expect(records.textOf(next.id)).toEqual(['line']);
  });

  it('keeps its count of waiting bytes right when a sink is given up', async () => {
    const one = await open();
    records.failure = unavailable();
    for (let i = 0; i < 100; i++) await one.write('line');
    one.sink.giveUp();
    await one.write('late').catch(() => undefined);
    one.sink.giveUp();
    expect(writer.waitingBytes).toBe(0);
  });

  it('drops the middle of a log that is too long', async () => {
    const one = await open(4_000);
    for (let i = 0; i < 200; i++) {
      await one.write(`line ${i} ${'x'.repeat(90)}`);
      if (i % 20 === 0) await one.sink.drain(never);
    }
    await one.sink.complete(never);
    const texts = records.textOf(one.id).map((text) => text.split(' ')[1]);
    const cutAt = records.row(one.id).log.findIndex(({ kind }) => kind === 'cut');
    expect(cutAt).toBeGreaterThan(20);
    expect(texts.slice(0, cutAt)).toEqual(Array.from({ length: cutAt }, (_, i) => String(i)));
    expect(texts.at(-1)).toBe('199');
  });
});
