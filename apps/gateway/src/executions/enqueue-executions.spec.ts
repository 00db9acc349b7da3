import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@app/platform';
import { Backlog } from './backlog.js';
import { EnqueueExecutions } from './enqueue-executions.js';

const silent = createLogger({ service: 'test', level: 'info', destination: { write: () => {} } });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('EnqueueExecutions', () => {
  function setUp(add: (ids: readonly number[]) => Promise<void>) {
    const batches: (readonly number[])[] = [];
    const queue = {
      add: (ids: readonly number[]) => {
        batches.push(ids);
        return add(ids);
      },
    };
    return { batches, enqueue: new EnqueueExecutions(queue, silent, 20) };
  }

  it('adds executions, and together those that come meanwhile', async () => {
    let succeed = () => {};
    const { batches, enqueue } = setUp(() => new Promise((resolve) => (succeed = resolve)));
    const first = enqueue.enqueue([1]);
    await turn();
    const others = [enqueue.enqueue([2]), enqueue.enqueue([3, 4])];
    expect(batches).toEqual([[1]]);
    succeed();
    await first;
    await turn();
    expect(batches).toEqual([[1], [2, 3, 4]]);
    succeed();
    await Promise.all(others);
  });

  it('does not throw when the queue is unavailable', async () => {
    const { batches, enqueue } = setUp(() => Promise.reject(new Error('away')));
    await enqueue.enqueue([1]);
    await enqueue.enqueue([2]);
    await enqueue.drain();
    expect(batches).toEqual([[1], [2]]);
  });

  it('stops waiting after a while, and drains what is still being added', async () => {
    let succeed = () => {};
    const { enqueue } = setUp(() => new Promise((resolve) => (succeed = resolve)));
    await enqueue.enqueue([1]);
    let isDrained = false;
    const drained = enqueue.drain().then(() => (isDrained = true));
    await turn();
    expect(isDrained).toBe(false);
    succeed();
    await drained;
  });
});

describe('Backlog', () => {
  const FULL = { 'x@b.c': 4, 'y@b.c': 4, 'z@b.c': 2 };
  const accepted = { identity: 'a@b.c', route: 'POST /execution', key: 'accepted', bodyHash: 'x' };
  const setUp = (count: () => Promise<Record<string, number>>, now?: () => number) => {
    const countWaiting = async () => new Map(Object.entries(await count()));
    const asked: string[] = [];
    const isKeyTaken = async ({ key }: { key: string }) => asked.push(key) > 0 && key === accepted.key;
    return { asked, backlog: new Backlog({ countWaiting }, { isKeyTaken }, 10, now) };
  };

  it('refuses past the limit, but only by a recent count', async () => {
    let nowMs = 0;
    const { backlog } = setUp(
      async () => FULL,
      () => nowMs,
    );
    await backlog.throwIfFull('a@b.c', null);
    await turn();
    await expect(backlog.throwIfFull('a@b.c', null)).rejects.toMatchObject({ code: 'too_many_requests' });
    nowMs = 10_000;
    await backlog.throwIfFull('a@b.c', null);
    await turn();
    await expect(backlog.throwIfFull('a@b.c', null)).rejects.toThrow(
      'The limit of 10 waiting executions is reached.',
    );
  });

  it('refuses a user who has half of the limit', async () => {
    const { backlog } = setUp(async () => ({ 'a@b.c': 5, 'x@b.c': 4 }));
    await backlog.throwIfFull('a@b.c', null);
    await turn();
    await expect(backlog.throwIfFull('a@b.c', null)).rejects.toThrow('5 of your executions are waiting');
    await expect(backlog.throwIfFull('x@b.c', null)).resolves.toBeUndefined();
    await expect(backlog.throwIfFull('new@b.c', null)).resolves.toBeUndefined();
  });

  it('accepts everything when it cannot count', async () => {
    const { backlog } = setUp(() => Promise.reject(new Error('away')));
    await backlog.throwIfFull('a@b.c', null);
    await turn();
    await expect(backlog.throwIfFull('a@b.c', null)).resolves.toBeUndefined();
  });

  it('accepts a repeated request, which it looks up only when it would refuse', async () => {
    const { asked, backlog } = setUp(async () => FULL);
    await backlog.throwIfFull('a@b.c', accepted);
    expect(asked).toEqual([]);
    await turn();
    await expect(backlog.throwIfFull('a@b.c', accepted)).resolves.toBeUndefined();
    const other = { ...accepted, key: 'other' };
    await expect(backlog.throwIfFull('a@b.c', other)).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(asked).toEqual(['accepted', 'other']);
  });
});
