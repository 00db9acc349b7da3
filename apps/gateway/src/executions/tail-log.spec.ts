import { describe, expect, it } from '@jest/globals';
import type { LogRow } from '@app/database';
import type { Execution, ExecutionStatus } from '@app/domain';
import { LogUpdates } from './log-updates.js';
import { TailLog, type LogEvent, type LogRange, type TailOptions } from './tail-log.js';

/** A log in memory; `onFind` runs just after the status was read. */
class World {
  rows: LogRow[] = [];
  status: ExecutionStatus = 'POD_READY';
  wait: Pick<Execution, 'reason' | 'waitsUntil'> = { reason: null, waitsUntil: null };
  failures = 0;
  onFind = () => {};
  private ring = () => {};

  readonly logs = {
    read: async (_id: number, afterSeq: number) => {
      if (this.failures-- > 0) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return this.rows.filter(({ seq }) => seq > afterSeq).slice(0, 2);
    },
  };
  readonly executions = {
    find: async () => {
      const found = { status: this.status, ...this.wait } as Execution;
      this.onFind();
      return found;
    },
  };
  readonly updates = {
    listen: (_id: number, listener: () => void) => {
      this.ring = listener;
      return () => (this.ring = () => {});
    },
  };

  add(...texts: string[]): void {
    for (const text of texts) {
      this.rows.push({ seq: this.rows.length + 1, kind: 'text', stampedAt: null, text, endsLine: true });
    }
    this.ring();
  }

  waitFor(reason: string, waitsUntil: Date | null = null): void {
    this.wait = { reason, waitsUntil };
    this.ring();
  }

  end(status: ExecutionStatus): void {
    this.status = status;
    this.ring();
  }

  tail(
    signal: AbortSignal,
    pollIntervalMs = 60_000,
    range?: LogRange,
    options?: TailOptions,
  ): AsyncGenerator<LogEvent, void> {
    return new TailLog(this.logs, this.executions, new LogUpdates(this.updates, pollIntervalMs)).tail(
      1,
      signal,
      range,
      options,
    );
  }
}

async function collect(events: AsyncGenerator<LogEvent, void>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events)
    seen.push(event.kind === 'end' ? `end ${event.status}` : event.chunk.text);
  return seen;
}

describe('TailLog', () => {
  it('reads rows stored between its last read and the end', async () => {
    const world = new World();
    const stop = new AbortController();
    world.onFind = () => {
      // Just after the status was read as not final.
      world.onFind = () => {};
      world.add('last');
      world.end('FINISHED');
    };
    world.add('first');
    expect(await collect(world.tail(stop.signal))).toEqual(['first', 'last', 'end FINISHED']);
    stop.abort();
  });

  it('reads page by page', async () => {
    const world = new World();
    const stop = new AbortController();
    world.add('1', '2', '3', '4', '5');
    world.end('CANCELLED');
    expect(await collect(world.tail(stop.signal))).toEqual(['1\n2', '3\n4', '5', 'end CANCELLED']);
    stop.abort();
  });

  it('continues after an outage', async () => {
    const world = new World();
    const stop = new AbortController();
    world.failures = 1;
    world.add('1');
    world.end('FINISHED');
    expect(await collect(world.tail(stop.signal))).toEqual(['1', 'end FINISHED']);
    stop.abort();
  });

  it('throws the reason of its signal, also while it waits', async () => {
    const world = new World();
    const stop = new AbortController();
    const reading = collect(world.tail(stop.signal));
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('polls without a signal', async () => {
    const world = new World();
    const stop = new AbortController();
    const reading = collect(world.tail(stop.signal, 5));
    await new Promise((resolve) => setImmediate(resolve));
    world.rows.push({ seq: 9, kind: 'text', stampedAt: null, text: 'no signal', endsLine: true });
    world.status = 'FINISHED';
    expect(await reading).toEqual(['no signal', 'end FINISHED']);
    stop.abort();
  });

  it('reads stored rows up to a sequence number without waiting', async () => {
    const world = new World();
    world.add('1', '2', '3', '4', '5');
    const { signal } = new AbortController();
    const read = (afterSeq: number, untilSeq: number) =>
      collect(world.tail(signal, 60_000, { afterSeq, untilSeq }));
    expect(await read(0, 5)).toEqual(['1\n2', '3\n4', '5', 'end null']);
    expect(await read(1, 4)).toEqual(['2\n3', '4', 'end null']);
    expect(await read(5, 5)).toEqual(['end null']);
    // Rows that were pruned in the meantime.
    expect(await read(4, 9)).toEqual(['5', 'end null']);
  });

  it('follows from the middle', async () => {
    const world = new World();
    const stop = new AbortController();
    world.add('1', '2', '3');
    const reading = collect(world.tail(stop.signal, 5, { afterSeq: 2, untilSeq: null }));
    await new Promise((resolve) => setImmediate(resolve));
    world.add('4');
    world.end('FINISHED');
    expect((await reading).join('\n')).toBe('3\n4\nend FINISHED');
    stop.abort();
  });

  it('adds a line for each new reason why it waits, if it should, but not within a line', async () => {
    const world = new World();
    const stop = new AbortController();
    const texts: string[] = [];
    const until = async (n: number) => {
      for (let i = 0; i < 100 && texts.length < n; i++) await new Promise(setImmediate);
    };
    const reading = (async () => {
      const events = world.tail(stop.signal, 60_000, undefined, { hasReasons: true });
      for await (const event of events) if (event.kind === 'chunk') texts.push(event.chunk.text);
    })();
    world.waitFor('0/3 nodes are available', new Date(Date.now() + 30_000));
    await until(1);
    world.waitFor('0/4 nodes are available');
    world.waitFor('ErrImagePull: not found');
    await until(2);
    world.add('first');
    await until(3);
    world.rows.push({ seq: 2, kind: 'text', stampedAt: null, text: 'unfinished', endsLine: false });
    world.waitFor('Evicted');
    world.end('FINISHED');
    await reading;
    stop.abort();
    expect(texts).toEqual([
      '[proctor: waiting: 0/3 nodes are available (for up to 30 s more)]',
      '[proctor: waiting: ErrImagePull: not found]',
      'first',
      'unfinished',
    ]);
  });
});
