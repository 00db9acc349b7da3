import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LeasesStore, type ClaimedExecution, type ExecutionEnd } from '@app/database';
import pg from 'pg';
import {
  aProc,
  anAttempt,
  aSubmission,
  claim,
  openDatabase,
  openStores,
  type Stores,
} from '../support/stores.js';
import { serviceUrl } from '../support/servers.js';

const done: ExecutionEnd = { status: 'FINISHED', exitCode: 0, reason: null };
const running = { move: { status: 'POD_READY' } } as const;

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores?.close());

async function submitMany(count: number, changes: Parameters<typeof aSubmission>[0] = {}): Promise<number[]> {
  const submitted = [];
  for (let n = 0; n < count; n++) submitted.push(await stores.executions.submit(aSubmission(changes)));
  return submitted.map(({ execution }) => execution.id);
}

async function claimMany(count: number): Promise<ClaimedExecution[]> {
  const ids = await submitMany(count);
  return await Promise.all(ids.map((id) => claim(stores, id)));
}

/** How many transactions wrote the latest versions of these rows. */
async function countWriters(claimed: readonly ClaimedExecution[]): Promise<number> {
  const [row] = await stores.query<{ n: number }>(
    'select count(distinct xmin::text)::int as n from execution where id = any($1)',
    [claimed.map(({ execution }) => execution.id)],
  );
  return row?.n ?? 0;
}

const statusesOf = async (claimed: readonly ClaimedExecution[]) =>
  Promise.all(claimed.map(async ({ execution }) => (await stores.executions.find(execution.id))?.status));

/** Locks the row as another process would, until `release`. */
async function lockRow(id: number): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: stores.url });
  await client.connect();
  await client.query('begin');
  await client.query('select 1 from execution where id = $1 for update', [id]);
  return {
    release: async () => {
      await client.query('rollback');
      await client.end();
    },
  };
}

describe('writes of several executions at once', () => {
  it('are one transaction: claims, Jobs, moves with attempts, and ends', async () => {
    const claimed = await claimMany(8);
    expect(await countWriters(claimed)).toBe(1);
    const leases = claimed.map(({ lease }) => lease);
    await Promise.all(
      leases.map((lease) => stores.leases.recordJob(lease, `uid-${lease.executionId}`, 'default')),
    );
    expect(await countWriters(claimed)).toBe(1);
    const startedAt = new Date('2026-11-30T10:00:00Z');
    const attempts = [{ ...anAttempt(), startedAt }, anAttempt('pod-2')];
    const held = await Promise.all(
      leases.map((lease) => stores.leases.record(lease, { attempts, ...running })),
    );
    expect(held).toEqual(leases.map(() => true));
    expect(await countWriters(claimed)).toBe(1);
    const ended = await Promise.all(leases.map((lease) => stores.leases.end(lease, done)));
    expect(ended).toEqual(leases.map(() => ({ admitted: [] })));
    expect(await countWriters(claimed)).toBe(1);
    const rows = await stores.query<{ status: string; started_at: Date; pods: string[]; events: number }>(
      `select status, started_at, (select array_agg(pod_uid || ' ' || n order by n) from execution_attempt a
         where a.execution_id = e.id) as pods,
         (select count(*)::int from notification n where n.execution_id = e.id and event = 'ended') as events
       from execution e where id = any($1)`,
      [leases.map(({ executionId }) => executionId)],
    );
    expect(rows).toHaveLength(8);
    for (const row of rows)
      expect(row).toEqual({
        status: 'FINISHED',
        started_at: startedAt,
        pods: ['pod-1 1', 'pod-2 2'],
        events: 1,
      });
  });

  it('record the start and the pods of an execution that ends with them', async () => {
    const [first, second] = await claimMany(2);
    for (const { lease } of [first!, second!]) await stores.leases.recordJob(lease, 'uid', 'default');
    const startedAt = new Date('2026-11-30T10:00:00Z');
    await stores.query(
      `insert into notification_preference (email, notify_on, updated_at) values ('ada@example.org', '{start}', now())`,
    );
    const attempts = [{ ...anAttempt(), startedAt, endedAt: startedAt, exitCode: 0 }];
    await Promise.all([first!, second!].map(({ lease }) => stores.leases.end(lease, done, attempts)));
    await stores.query('delete from notification_preference');
    for (const { execution } of [first!, second!]) {
      const detail = await stores.executions.findDetail(execution.id);
      expect(detail).toMatchObject({
        status: 'FINISHED',
        startedAt,
        attempts: [{ n: 1, startedAt, exitCode: 0 }],
      });
      const events = await stores.query(
        'select event from notification where execution_id = $1 order by id',
        [execution.id],
      );
      expect(events).toEqual([{ event: 'started' }, { event: 'ended' }]);
    }
  });

  it('leave out the one that another worker has claimed meanwhile', async () => {
    const claimed = await claimMany(5);
    await claim(stores, claimed[2]!.execution.id, 'worker-2');
    const outcomes = await Promise.all(
      claimed.map(({ lease }) => stores.leases.recordJob(lease, 'uid', 'default')),
    );
    expect(outcomes).toEqual(['recorded', 'recorded', 'fenced', 'recorded', 'recorded']);
    const ended = await Promise.all(
      claimed.map(({ lease }) => stores.leases.end(lease, done, [anAttempt('pod-x')])),
    );
    expect(ended.map((end) => end !== null)).toEqual([true, true, false, true, true]);
    expect(await statusesOf(claimed)).toEqual(['FINISHED', 'FINISHED', 'RECEIVED', 'FINISHED', 'FINISHED']);
    const [{ n }] = (await stores.query<{ n: number }>(
      `select count(*)::int as n from execution_attempt where execution_id = $1`,
      [claimed[2]!.execution.id],
    )) as [{ n: number }];
    expect(n).toBe(0);
  });

  it('do not wait for the one that another process has locked', async () => {
    const claimed = await claimMany(4);
    const lock = await lockRow(claimed[1]!.execution.id);
    let isLockedRecorded = false;
    const calls = claimed.map(({ lease }) => stores.leases.recordJob(lease, 'uid', 'default'));
    void calls[1]!.then(() => (isLockedRecorded = true));
    expect(await Promise.all([calls[0], calls[2], calls[3]])).toEqual(['recorded', 'recorded', 'recorded']);
    expect(isLockedRecorded).toBe(false);
    // Nor do later ones.
    await Promise.all([0, 2, 3].map((n) => stores.leases.end(claimed[n]!.lease, done)));
    await lock.release();
    expect(await calls[1]).toBe('recorded');
    expect(await statusesOf(claimed)).toEqual(['FINISHED', 'CREATED', 'FINISHED', 'FINISHED']);
  });

  it('do not fail for the one that Postgres refuses', async () => {
    const claimed = await claimMany(3);
    const reasons = ['fine', 'not\0storable', 'fine too'];
    const moved = await Promise.allSettled(
      claimed.map(({ lease }, n) =>
        stores.leases.end(lease, { status: 'CREATION_FAILED', exitCode: null, reason: reasons[n]! }),
      ),
    );
    expect(moved.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await statusesOf(claimed)).toEqual(['CREATION_FAILED', 'RECEIVED', 'CREATION_FAILED']);
  });

  it('keep the order of an execution that writes several times at once', async () => {
    const [one] = await claimMany(1);
    const { lease } = one!;
    const calls = [
      stores.leases.recordJob(lease, 'uid', 'default'),
      stores.leases.record(lease, { move: { status: 'JOB_READY' } }),
      stores.leases.record(lease, running),
      stores.leases.end(lease, done),
      stores.leases.record(lease, { move: { status: 'JOB_READY' } }),
    ];
    expect(await Promise.all(calls)).toEqual(['recorded', true, true, { admitted: [] }, false]);
  });

  it('admit as many as they end, each of which is named once', async () => {
    await stores.procs.register([aProc('limited', { concurrency: { limit: 3, whenFull: 'queue' } })]);
    const proc = {
      ...aSubmission().proc,
      name: 'limited',
      concurrency: { limit: 3, whenFull: 'queue' as const },
    };
    const ids = await submitMany(7, { proc });
    const claimed = await Promise.all(ids.slice(0, 3).map((id) => claim(stores, id)));
    await Promise.all(claimed.map(({ lease }) => stores.leases.recordJob(lease, 'uid', 'default')));
    const ended = await Promise.all(claimed.map(({ lease }) => stores.leases.end(lease, done)));
    expect(ended.flatMap((end) => end?.admitted ?? []).sort()).toEqual(ids.slice(3, 6));
  });
});

describe('two workers, cancels and the sweep at once', () => {
  it('neither deadlock nor lose nor repeat an end', async () => {
    const database = openDatabase(serviceUrl(stores.url));
    const other = new LeasesStore(database, { userShare: 500 });
    try {
      await stores.procs.register(
        ['storm-a', 'storm-b', 'storm-c'].map((name) =>
          aProc(name, { concurrency: { limit: 40, whenFull: 'queue' } }),
        ),
      );
      const ids: number[] = [];
      for (const name of ['storm-c', 'storm-a', 'storm-b']) {
        const proc = { ...aSubmission().proc, name, concurrency: { limit: 40, whenFull: 'queue' as const } };
        ids.push(...(await submitMany(40, { proc })));
      }
      const failures: unknown[] = [];
      const follow = async (leases: LeasesStore, workerId: string, id: number) => {
        const claimed = await leases.claim(id, workerId);
        if (!claimed) return 0;
        const { lease } = claimed;
        await leases.recordJob(lease, `uid-${id}`, 'default');
        await leases.record(lease, { attempts: [{ ...anAttempt(), startedAt: new Date() }], ...running });
        return (await leases.end(lease, done)) === null ? 0 : 1;
      };
      let isOver = false;
      const sweep = async () => {
        while (!isOver) await stores.stuck.admitWaiting(500);
      };
      const sweeping = sweep();
      const mixed = ids.map((id, n) => ids[(n * 37) % ids.length] ?? id);
      const ends = await Promise.all(
        [
          ...ids.map((id) => follow(stores.leases, 'worker-1', id)),
          ...mixed.map((id) => follow(other, 'worker-2', id)),
          ...mixed.map(async (id) => {
            const { kind } = await stores.executions.requestCancel(id, 'ada@example.org');
            return kind === 'cancelled' ? 1 : 0;
          }),
        ].map((work) =>
          (work as Promise<number>).catch((error: unknown) => {
            failures.push(error);
            return 0;
          }),
        ),
      );
      isOver = true;
      await sweeping;
      expect(failures).toEqual([]);
      const [row] = await stores.query<{ live: number; events: number }>(
        `select count(*) filter (where ended_at is null)::int as live,
           (select count(*)::int from notification where event = 'ended' and execution_id = any($1)) as events
         from execution where id = any($1)`,
        [ids],
      );
      const ended = ends.reduce((sum, n) => sum + n, 0);
      expect(row).toEqual({ live: ids.length - ended, events: ended });
      expect(ended).toBeGreaterThan(0);
    } finally {
      await database.close();
    }
  }, 60_000);
});
