import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@app/platform';
import { GatewayLog } from '../http/gateway-log.js';
import { Backlog } from './backlog.js';
import { EnqueueExecutions } from './enqueue-executions.js';

const silent = new GatewayLog(
  createLogger({ service: 'test', level: 'info', destination: { write: () => {} } }),
);
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('EnqueueExecutions', () => {
  function setUp(add: () => Promise<void>) {
    const marked: number[] = [];
    const stuck = { markEnqueued: async (ids: readonly number[]) => void marked.push(...ids) };
    return { marked, enqueue: new EnqueueExecutions({ add }, stuck, silent, 20) };
  }

  it('notes what is in the queue', async () => {
    const { marked, enqueue } = setUp(async () => {});
    await enqueue.enqueue([1, 2]);
    await enqueue.drain();
    expect(marked).toEqual([1, 2]);
  });

  it('neither fails nor notes when the queue is away', async () => {
    const { marked, enqueue } = setUp(() => Promise.reject(new Error('away')));
    await enqueue.enqueue([1]);
    await enqueue.drain();
    expect(marked).toEqual([]);
  });

  it('does not wait for long, and notes it when it succeeds later', async () => {
    let succeed = () => {};
    const { marked, enqueue } = setUp(() => new Promise((resolve) => (succeed = resolve)));
    await enqueue.enqueue([1]);
    expect(marked).toEqual([]);
    succeed();
    await enqueue.drain();
    expect(marked).toEqual([1]);
  });
});

describe('Backlog', () => {
  it('refuses past its limit, and only on a recent count', async () => {
    let nowMs = 0;
    const backlog = new Backlog({ countWaiting: async () => 10 }, 10, () => nowMs);
    backlog.throwIfFull();
    await turn();
    expect(() => backlog.throwIfFull()).toThrow(expect.objectContaining({ code: 'too_many_requests' }));
    nowMs = 10_000;
    expect(() => backlog.throwIfFull()).not.toThrow();
    await turn();
    expect(() => backlog.throwIfFull()).toThrow('10 executions are waiting already.');
  });

  it('lets everything through when it can’t count', async () => {
    const backlog = new Backlog({ countWaiting: () => Promise.reject(new Error('away')) }, 1);
    backlog.throwIfFull();
    await turn();
    expect(() => backlog.throwIfFull()).not.toThrow();
  });
});
