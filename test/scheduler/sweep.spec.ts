import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SweepStuck } from '../../apps/scheduler/src/sweep-stuck.js';
import { until } from '../support/api-client.js';
import { startOwnRedis, type OwnRedis } from '../support/servers.js';
import { aProc, aSubmission, claim, claimRunning, openStores, type Stores } from '../support/stores.js';
import { follow, succeeds, TestQueue } from '../support/test-queue.js';

const USER_SHARE = 5;

let redis: OwnRedis;
let stores: Stores;
let queue: TestQueue;
let sweep: SweepStuck;
/** Monotonic time of the next sweep. */
let nowMs = 1_000;

beforeAll(async () => {
  redis = await startOwnRedis();
}, 30_000);
afterAll(() => redis?.remove(), 30_000);
beforeEach(async () => {
  stores = await openStores({ userShare: USER_SHARE });
  queue = new TestQueue(redis);
  sweep = newSweep();
  await until(() => succeeds(sweep.sweep(nowMs)), 5_000);
});
afterEach(async () => {
  await queue.close();
  await stores.close();
}, 30_000);

const newSweep = () => new SweepStuck(stores.stuck, stores.workers, queue.open(), USER_SHARE);
const sweepNow = () => sweep.sweep((nowMs += 2_000));
const statesOf = (ids: number[]) => Promise.all(ids.map((id) => queue.stateOf(id)));

async function submit(changes: Parameters<typeof aSubmission>[0] = {}): Promise<number> {
  return (await stores.executions.submit(aSubmission(changes))).execution.id;
}

/** Makes the execution a minute old. */
const age = () => stores.query(`update execution set created_at = created_at - interval '1 minute'`);

/** What the scheduler does after the commit; the gateway does not mark them. */
async function enqueue(ids: number[]): Promise<void> {
  await queue
    .open()
    .add(ids)
    .catch(() => undefined);
  await stores.stuck.markEnqueued(ids);
}

/** Registers a proc that runs one execution at a time. @returns it as a submission names it */
async function registerOneAtATime(): Promise<ReturnType<typeof aSubmission>['proc']> {
  const concurrency = { limit: 1, whenFull: 'queue' as const };
  await stores.procs.register([aProc('one', { concurrency })]);
  return { ...aSubmission().proc, name: 'one', concurrency };
}

describe('the sweep', () => {
  it('enqueues accepted executions that were never enqueued, after a grace time', async () => {
    const id = await submit();
    expect(await sweepNow()).toEqual({ requeued: 0, admitted: 0, wasFullPass: false });
    expect(await queue.stateOf(id)).toBe('unknown');
    await age();
    expect(await sweepNow()).toEqual({ requeued: 1, admitted: 0, wasFullPass: false });
    expect(await queue.stateOf(id)).toBe('waiting');
    expect(await sweepNow()).toMatchObject({ requeued: 0 });
  });

  it('looks once at an execution that waits in the queue, and was never marked as enqueued', async () => {
    const id = await submit();
    await queue.open().add([id]);
    await age();
    expect(await sweepNow()).toMatchObject({ requeued: 0 });
    expect(await queue.stateOf(id)).toBe('waiting');
    await queue.lose(id);
    expect(await sweepNow()).toMatchObject({ requeued: 0 });
    expect(await stores.query('select 1 from execution where enqueued_at is not null')).toHaveLength(1);
  });

  it('leaves waiting and ended executions alone', async () => {
    const proc = await registerOneAtATime();
    const [, waiting] = [await submit({ proc }), await submit({ proc })];
    const ended = await submit();
    await stores.executions.requestCancel(ended, 'ada@example.com');
    await age();
    expect(await sweepNow()).toMatchObject({ requeued: 1 });
    expect(await statesOf([waiting, ended])).toEqual(['unknown', 'unknown']);
  });

  it('enqueues the executions of a silent worker again, and not those of a live one', async () => {
    const [a, b] = [await submit(), await submit()];
    await enqueue([a, b]);
    await queue.lose(a);
    await queue.lose(b);
    await stores.workers.heartbeat('living');
    await claim(stores, a, 'living');
    await claim(stores, b, 'silent');
    await stores.workers.heartbeat('silent');
    expect(await sweepNow()).toMatchObject({ requeued: 0, wasFullPass: false });
    await stores.query(`update worker set seen_at = now() - interval '20 seconds' where id = 'silent'`);
    expect(await sweepNow()).toMatchObject({ requeued: 1 });
    expect(await statesOf([a, b])).toEqual(['unknown', 'waiting']);
  });

  it('treats a worker that has shut down as silent', async () => {
    const id = await submit();
    await enqueue([id]);
    await stores.workers.heartbeat('worker-1');
    await claim(stores, id);
    await queue.lose(id);
    await stores.workers.remove('worker-1');
    expect(await sweepNow()).toMatchObject({ requeued: 1 });
  });

  it('enqueues at once what a worker has released', async () => {
    const { lease, execution } = await claimRunning(stores);
    await age();
    await stores.leases.release(lease);
    expect(await sweepNow()).toMatchObject({ requeued: 1 });
    expect(await queue.stateOf(execution.id)).toBe('waiting');
  });

  it('refills a flushed Redis, running executions included', async () => {
    const followed = await submit();
    const ids = [followed];
    for (let i = 0; i < 4; i++) ids.push(await submit());
    await enqueue(ids);
    await stores.workers.heartbeat('worker-1');
    await claim(stores, followed);
    expect(await sweepNow()).toMatchObject({ wasFullPass: false });
    await queue.flushAll();
    expect(await sweepNow()).toMatchObject({ wasFullPass: true });
    expect(await statesOf(ids)).toEqual(ids.map(() => 'waiting'));
    expect(await sweepNow()).toMatchObject({ wasFullPass: false });
  });

  it('makes a full pass after a restart of Redis, and periodically', async () => {
    await redis.stop();
    await expect(sweepNow()).rejects.toThrow();
    await redis.start();
    await until(() => succeeds(sweepNow()), 5_000);
    nowMs += 5 * 60_000;
    expect(await sweepNow()).toMatchObject({ wasFullPass: true });
    expect(await sweepNow()).toMatchObject({ wasFullPass: false });
  }, 20_000);

  it('makes a full pass over thousands in pages', async () => {
    await stores.query(
      `insert into execution (proc_name, proc_revision, job_name, image, args, snapshot, user_email, enqueued_at)
       select 'p', 1, 'job-' || i, 'i', '{}', '{}', 'u', now() from generate_series(1, 1200) i`,
    );
    await queue.flushAll();
    expect(await sweepNow()).toMatchObject({ wasFullPass: true });
    expect(await queue.open().countWaiting()).toBe(1200);
  }, 20_000);

  it('enqueues thousands that were never enqueued in one sweep', async () => {
    await stores.query(
      `insert into execution (proc_name, proc_revision, job_name, image, args, snapshot, user_email, created_at)
       select 'p', 1, 'job-' || i, 'i', '{}', '{}', 'u', now() - interval '1 minute' from generate_series(1, 1200) i`,
    );
    expect(await sweepNow()).toMatchObject({ requeued: 1200, wasFullPass: false });
    expect(await queue.open().countWaiting()).toBe(1200);
  }, 20_000);

  it('admits and enqueues executions that wait although there is room', async () => {
    const proc = await registerOneAtATime();
    const ids = [await submit({ proc }), await submit({ proc }), await submit({ proc })];
    await enqueue(ids.slice(0, 1));
    await stores.procs.register([aProc('one', { concurrency: { limit: 2, whenFull: 'queue' } })]);
    expect(await sweepNow()).toMatchObject({ admitted: 1 });
    expect(await statesOf(ids)).toEqual(['waiting', 'waiting', 'unknown']);
  });

  it('may run concurrently: each entry is added once, each waiter admitted once', async () => {
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) ids.push(await submit({ userEmail: `user-${i}@example.org` }));
    await stores.query(`update execution set waiting_for = 'share', admitted_at = null where id = any($1)`, [
      ids.slice(3),
    ]);
    await age();
    const others = [newSweep(), newSweep(), newSweep()];
    const reports = await Promise.all(others.map((other) => other.sweep(nowMs)));
    expect(reports.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(2);
    const seen: number[] = [];
    queue.consume(follow((id) => seen.push(id)));
    await until(() => seen.length >= 5, 5_000);
    expect(seen.sort()).toEqual([...ids].sort());
  });

  it('deletes workers that are long gone and hold nothing', async () => {
    await stores.workers.heartbeat('gone');
    await stores.workers.heartbeat('gone, but followed something');
    await stores.workers.heartbeat('living');
    await claim(stores, await submit(), 'gone, but followed something');
    await stores.query(`update worker set seen_at = now() - interval '2 hours' where id <> 'living'`);
    await sweep.deleteOld();
    const left = await stores.query<{ id: string }>('select id from worker order by id');
    expect(left.map(({ id }) => id)).toEqual(['gone, but followed something', 'living']);
  });
});
