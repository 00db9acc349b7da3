import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '@app/domain';
import { ExecutionsStore, type Submission } from '@app/database';
import { aProc, aSubmission, openStores, randomName, type Stores } from '../support/stores.js';

const USER_SHARE = 5;
const done = { status: 'CANCELLED', exitCode: null, reason: null } as const;

let stores: Stores;
beforeAll(async () => {
  stores = await openStores({ userShare: USER_SHARE });
});
afterAll(() => stores?.close());

/** Registers a proc with this concurrency limit and returns functions that use it. */
async function limitedProc(limit: number | null, whenFull: 'queue' | 'refuse' = 'queue') {
  const name = randomName();
  const concurrency = limit === null ? null : { limit, whenFull };
  await stores.procs.register([aProc(name, { concurrency })]);
  const proc: Submission['proc'] = { ...aSubmission().proc, name, concurrency };
  return {
    name,
    setLimit: (n: number) => stores.procs.register([aProc(name, { concurrency: { limit: n, whenFull } })]),
    submit: (userEmail: string, changes: Partial<Submission> = {}, gateway = stores.executions) =>
      gateway.submit(aSubmission({ proc, userEmail, ...changes })),
  };
}

const anEmail = () => `${randomName()}@example.org`;

async function end(id: number): Promise<number[]> {
  const claimed = await stores.leases.claim(id, 'worker-1');
  if (!claimed) throw new Error(`execution ${id} must not run`);
  return (await stores.leases.end(claimed.lease, done))?.admitted ?? [];
}

const waitingFor = async (id: number) =>
  (
    await stores.query<{ waiting_for: string | null }>('select waiting_for from execution where id = $1', [
      id,
    ])
  )[0]?.waiting_for;

const countLive = async (procName: string) =>
  (await stores.query<{ admitted: number; waiting: number }>(
    `select count(*) filter (where waiting_for is null)::int as admitted, count(*) filter (where waiting_for is not null)::int as waiting
     from execution where proc_name = $1 and ended_at is null`,
    [procName],
  ))[0]; // prettier-ignore

describe('the concurrency limit of a proc', () => {
  it('is never exceeded while 25 clients submit and executions end concurrently, and all get their turn', async () => {
    const proc = await limitedProc(1);
    const running: number[] = [];
    const order: number[] = [];
    let maxAtOnce = 0;
    const watcher = new pg.Client({ connectionString: stores.url });
    await watcher.connect();
    let areSubmitted = false;
    const submitting = Promise.all(
      Array.from({ length: 25 }, async (_, i) => {
        const ids: number[] = [];
        for (let n = 0; n < 2; n++) {
          const { execution, isAdmitted } = await proc.submit(`user-${i % 10}@example.org`);
          if (isAdmitted) running.push(execution.id);
          ids.push(execution.id);
        }
        return ids;
      }),
    ).finally(() => (areSubmitted = true));
    const ending = (async () => {
      for (let idle = 0; idle < 100; idle++) {
        const id = running.shift();
        if (id === undefined) {
          await sleep(5);
          if (!areSubmitted) idle = 0;
          continue;
        }
        idle = 0;
        order.push(id);
        running.push(...(await end(id)));
      }
    })();
    let isOver = false;
    const watching = (async () => {
      while (!isOver) {
        const { rows } = await watcher.query<{ n: number }>(
          `select count(*)::int as n from execution
           where proc_name = $1 and ended_at is null and waiting_for is null`,
          [proc.name],
        );
        maxAtOnce = Math.max(maxAtOnce, rows[0]!.n);
        await sleep(20);
      }
      await watcher.end();
    })();
    const [submitted] = await Promise.all([submitting, ending]).finally(() => (isOver = true));
    await watching;
    expect(new Set(order)).toEqual(new Set(submitted.flat()));
    expect(maxAtOnce).toBe(1);
  }, 30_000);

  it('admits a waiter that was accepted while the last execution ended', async () => {
    const proc = await limitedProc(1);
    const first = await proc.submit('ada@example.org');
    const other = new pg.Client({ connectionString: stores.url });
    await other.connect();
    // A gateway that has counted the slots, found none free, and has not committed yet.
    await other.query('begin');
    await other.query('select * from proc where name = $1 for update', [proc.name]);
    await other.query(
      `insert into execution (proc_name, proc_revision, job_name, image, args, snapshot, user_email, waiting_for)
       values ($1, 1, 'job-' || $1, 'i', '{}', '{}', 'bob@example.org', 'slot')`,
      [proc.name],
    );
    const ending = end(first.execution.id);
    await sleep(200);
    await other.query('commit');
    await other.end();
    expect(await ending).toHaveLength(1);
  });

  it('gives users turns: the one admitted least recently comes first', async () => {
    const proc = await limitedProc(1);
    let { execution: running } = await proc.submit('ada@example.org');
    const users = ['ada', 'ada', 'ada', 'bob', 'bob', 'eve'];
    for (const user of users) await proc.submit(`${user}@example.org`);
    const turns: string[] = [];
    for (let i = 0; i < users.length; i++) {
      const [next] = await end(running.id);
      const execution = await stores.executions.find(next ?? 0);
      if (!execution) throw new Error('no execution was admitted');
      turns.push(execution.userEmail.slice(0, 3));
      running = execution;
    }
    expect(turns).toEqual(['bob', 'eve', 'ada', 'bob', 'ada', 'ada']);
    expect(await end(running.id)).toEqual([]);
  });

  it('refuses an execution if the proc says so, but answers a repeated request', async () => {
    const proc = await limitedProc(1, 'refuse');
    const idempotency = { identity: 'ada', route: 'r', key: proc.name, bodyHash: 'a' };
    const submission = aSubmission({
      proc: { ...aSubmission().proc, name: proc.name, concurrency: { limit: 1, whenFull: 'refuse' } },
      idempotency,
    });
    const first = await stores.executions.submit(submission);
    expect((await stores.executions.submit(submission)).execution.id).toBe(first.execution.id);
    const refusal = await proc.submit('bob@example.org').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({ code: 'too_many_requests' });
    // A refused request does not use up its key.
    const refused = { ...submission, idempotency: { ...idempotency, key: `${proc.name}-2` } };
    await expect(stores.executions.submit(refused)).rejects.toMatchObject({ code: 'too_many_requests' });
    await end(first.execution.id);
    expect((await stores.executions.submit(refused)).isNew).toBe(true);
  });

  it('is counted once for a batch, even if one of its executions needs no slot', async () => {
    const proc = await limitedProc(3);
    const together = await Promise.all(Array.from({ length: 12 }, () => proc.submit(anEmail())));
    const ids = together.map(({ execution }) => execution.id);
    expect(together.map(({ isAdmitted }) => isAdmitted)).toEqual(ids.map((_, at) => at < 3));
    expect(
      await stores.query('select distinct xmin::text from execution where id = any($1)', [ids]),
    ).toHaveLength(1);
  });

  it('gives the slots that repeated requests and users past their share do not need to others', async () => {
    const proc = await limitedProc(3);
    const busy = anEmail();
    for (let n = 0; n < USER_SHARE; n++) await stores.executions.submit(aSubmission({ userEmail: busy }));
    const idempotency = { identity: busy, route: 'r', key: proc.name, bodyHash: 'a' };
    const first = await proc.submit(anEmail(), { idempotency });
    const [repeated, , again, past, ...others] = await Promise.all([
      proc.submit(anEmail(), { idempotency }),
      proc.submit(anEmail(), { idempotency }),
      proc.submit(anEmail(), { idempotency }),
      proc.submit(busy),
      proc.submit(anEmail()),
      proc.submit(anEmail()),
      proc.submit(anEmail()),
    ]);
    expect([repeated, again].map((each) => each.execution.id)).toEqual(Array(2).fill(first.execution.id));
    expect(past.isAdmitted).toBe(false);
    expect(others.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(2);
    expect(await countLive(proc.name)).toEqual({ admitted: 3, waiting: 2 });
  });

  it('refuses those of a batch that find no slot, and accepts the others', async () => {
    const proc = await limitedProc(4, 'refuse');
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => proc.submit(anEmail())));
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as AppError] : [],
    );
    expect(refused.map(({ code }) => code)).toEqual(Array(16).fill('too_many_requests'));
    expect(await countLive(proc.name)).toEqual({ admitted: 4, waiting: 0 });
  });

  it('is not exceeded by two gateways that accept batches at once', async () => {
    const proc = await limitedProc(7);
    const other = new ExecutionsStore(stores.database, { installationId: 'test1', userShare: USER_SHARE });
    await Promise.all(
      [stores.executions, other].flatMap((gateway) =>
        Array.from({ length: 40 }, async (_, n) => {
          if (n % 10 === 0) await sleep(n / 4);
          await proc.submit(anEmail(), {}, gateway);
        }),
      ),
    );
    expect(await countLive(proc.name)).toEqual({ admitted: 7, waiting: 73 });
  });

  it('refuses a proc that was removed', async () => {
    const proc = {
      ...aSubmission().proc,
      name: 'gone',
      concurrency: { limit: 1, whenFull: 'queue' as const },
    };
    await expect(stores.executions.submit(aSubmission({ proc }))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('admits more once it is raised, and all once it is removed', async () => {
    const proc = await limitedProc(1);
    for (let i = 0; i < 6; i++) await proc.submit(`user-${i}@example.org`);
    expect(await stores.stuck.admitWaiting(USER_SHARE)).toEqual([]);
    await proc.setLimit(3);
    expect(await stores.stuck.admitWaiting(USER_SHARE)).toHaveLength(2);
    expect(await countLive(proc.name)).toEqual({ admitted: 3, waiting: 3 });
    await stores.procs.register([aProc(proc.name)]);
    expect(await stores.stuck.admitWaiting(USER_SHARE)).toHaveLength(3);
    expect(await countLive(proc.name)).toEqual({ admitted: 6, waiting: 0 });
  });

  it('is not exceeded by two concurrent sweeps', async () => {
    const proc = await limitedProc(1);
    for (let i = 0; i < 20; i++) await proc.submit(`user-${i}@example.org`);
    await proc.setLimit(8);
    await Promise.all([stores.stuck.admitWaiting(USER_SHARE), stores.stuck.admitWaiting(USER_SHARE)]);
    expect(await countLive(proc.name)).toEqual({ admitted: 8, waiting: 12 });
  });

  it('skips a cancelled waiter, and frees the slot of an execution that never ran', async () => {
    const proc = await limitedProc(1);
    const [first, second, third] = [
      await proc.submit('a@x.y'),
      await proc.submit('b@x.y'),
      await proc.submit('c@x.y'),
    ];
    expect(await stores.executions.requestCancel(second.execution.id, 'ada@example.com')).toEqual({
      kind: 'cancelled',
      admitted: [],
    });
    expect(await stores.executions.requestCancel(first.execution.id, 'ada@example.com')).toEqual({
      kind: 'cancelled',
      admitted: [third.execution.id],
    });
    expect(await stores.leases.claim(second.execution.id, 'worker-1')).toBeNull();
  });
});

describe("a user's share", () => {
  it('holds back executions past it, and admits them one by one, oldest first', async () => {
    const user = `${randomName()}@example.org`;
    const ids: number[] = [];
    for (let i = 0; i < USER_SHARE + 3; i++)
      ids.push((await stores.executions.submit(aSubmission({ userEmail: user }))).execution.id);
    expect(await Promise.all(ids.map(waitingFor))).toEqual([
      null,
      null,
      null,
      null,
      null,
      'share',
      'share',
      'share',
    ]);
    expect(await stores.leases.claim(ids[5] ?? 0, 'worker-1')).toBeNull();
    expect(await end(ids[2] ?? 0)).toEqual([ids[5]]);
    expect(await end(ids[0] ?? 0)).toEqual([ids[6]]);
    expect((await stores.executions.submit(aSubmission({ userEmail: `other-${user}` }))).isAdmitted).toBe(
      true,
    );
  });

  it('is followed by the wait for a slot where the proc has a limit', async () => {
    const user = `${randomName()}@example.org`;
    const proc = await limitedProc(1);
    const plain: number[] = [];
    for (let i = 0; i < USER_SHARE; i++)
      plain.push((await stores.executions.submit(aSubmission({ userEmail: user }))).execution.id);
    const { execution } = await proc.submit(user);
    expect(await waitingFor(execution.id)).toBe('share');
    await end(plain[0] ?? 0);
    expect(await waitingFor(execution.id)).toBe('slot');
    await stores.stuck.admitWaiting(USER_SHARE);
    expect(await waitingFor(execution.id)).toBeNull();
  });

  it('admits all that fit once it is raised', async () => {
    const user = `${randomName()}@example.org`;
    const ids: number[] = [];
    for (let i = 0; i < USER_SHARE + 4; i++)
      ids.push((await stores.executions.submit(aSubmission({ userEmail: user }))).execution.id);
    const admittedBy = async (share: number) =>
      (await stores.stuck.admitWaiting(share)).filter((id) => ids.includes(id));
    expect(await admittedBy(USER_SHARE + 3)).toEqual(ids.slice(USER_SHARE, USER_SHARE + 3));
    expect(await admittedBy(USER_SHARE + 100)).toEqual(ids.slice(USER_SHARE + 3));
  });
});
