import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ExecutionsStore,
  isDatabaseUnavailable,
  ProcChangedError,
  withAuditDetails,
  type Submission,
} from '@app/database';
import pg from 'pg';
import { until } from '../support/api-client.js';
import { aProc, aSubmission, openStores, randomName, type Stores } from '../support/stores.js';

const USER_SHARE = 40;

/** Two gateways on one database. */
let stores: Stores;
let other: Stores['executions'];
beforeAll(async () => {
  stores = await openStores({ userShare: USER_SHARE });
  other = new ExecutionsStore(stores.database, { installationId: 'test1', userShare: USER_SHARE });
}, 30_000);
afterAll(() => stores?.close());

const anEmail = () => `${randomName()}@example.org`;
const key = (name: string, identity = 'ann@example.org') => ({
  ...{ identity, route: 'POST /execution', key: name, bodyHash: 'a' },
});
const submitAll = (submissions: readonly Submission[]) =>
  Promise.all(submissions.map((submission) => stores.executions.submit(submission)));

/** The transactions that wrote these executions. */
async function transactionsOf(ids: readonly number[]): Promise<string[]> {
  const rows = await stores.query<{ xmin: string }>(
    'select distinct xmin::text from execution where id = any($1)',
    [ids],
  );
  return rows.map(({ xmin }) => xmin);
}

/** Holds every insert of an execution back until `release`. */
async function holdInserts() {
  const blocker = new pg.Client({ connectionString: stores.url });
  await blocker.connect();
  await blocker.query('begin');
  await blocker.query('lock table execution in share row exclusive mode');
  const blocked = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return {
    untilBlocked: () => until(async () => (await stores.query(blocked)).length > 0, 10_000),
    terminateBlocked: () => stores.query(`select pg_terminate_backend(pid) from (${blocked}) b`),
    async release() {
      await blocker.query('rollback');
      await blocker.end();
    },
  };
}

describe('Submissions', () => {
  it('writes those that come meanwhile together, each with its audit entry in the same commit', async () => {
    const submissions = Array.from({ length: 30 }, (_, n) =>
      aSubmission({ args: { N: String(n) }, userEmail: anEmail() }),
    );
    const submitted = await submitAll(submissions);
    const ids = submitted.map(({ execution }) => execution.id);
    expect(new Set(ids).size).toBe(30);
    expect((await transactionsOf(ids)).length).toBeLessThan(4);
    const rows = await stores.query(
      `select e.args, a.actor = e.user_email and a.xmin = e.xmin as together, a.action, a.allowed, a.address, a.details
       from execution e join audit_event a on a.subject = e.id::text where e.id = any($1) order by e.id`,
      [ids],
    );
    expect(rows).toEqual(
      submissions.map(({ args, proc }) => ({
        ...{ args, together: true, action: 'submitExecution', allowed: true, address: null },
        details: { proc: proc.name },
      })),
    );
    expect(submitted.map(({ execution }) => execution.args)).toEqual(submissions.map(({ args }) => args));
  });

  it('keeps the audit details of each request apart', async () => {
    const submissions = ['one', 'two'].map((workload) =>
      withAuditDetails({ workload }, () => stores.executions.submit(aSubmission())),
    );
    const ids = (await Promise.all(submissions)).map(({ execution }) => String(execution.id));
    const rows = await stores.query('select details from audit_event where subject = any($1) order by id', [
      ids,
    ]);
    expect(rows.map(({ details }) => details)).toMatchObject([{ workload: 'one' }, { workload: 'two' }]);
  });

  it('accepts the others of a batch that Postgres refuses because of one', async () => {
    const hold = await holdInserts();
    const first = stores.executions.submit(aSubmission());
    await hold.untilBlocked();
    const userEmail = anEmail();
    const bad = stores.executions.submit(aSubmission({ userEmail, args: { A: 'no text: \0' } }));
    const good = submitAll([
      aSubmission({ userEmail }),
      aSubmission({ userEmail, idempotency: key('with a bad one') }),
    ]);
    await hold.release();
    await first;
    const refusal = await bad.catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect(isDatabaseUnavailable(refusal)).toBe(false);
    expect((await good).map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(await stores.query('select 1 from execution where user_email = $1', [userEmail])).toHaveLength(2);
  });

  it('accepts one of several with the same Idempotency-Key in a batch', async () => {
    const hold = await holdInserts();
    const first = stores.executions.submit(aSubmission());
    await hold.untilBlocked();
    const same = submitAll(Array.from({ length: 5 }, () => aSubmission({ idempotency: key('five times') })));
    const reused = stores.executions
      .submit(aSubmission({ idempotency: { ...key('five times'), bodyHash: 'b' } }))
      .catch((error: unknown) => error);
    await hold.release();
    await first;
    const submitted = await same;
    expect(new Set(submitted.map(({ execution }) => execution.id)).size).toBe(1);
    expect(submitted.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await reused).toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('gives each key one execution when two gateways get the same keys in other orders', async () => {
    const keys = Array.from({ length: 30 }, () => key(randomName()));
    const submit = (gateway: Stores['executions'], order: typeof keys) =>
      Promise.all(
        order.map((idempotency) => gateway.submit(aSubmission({ idempotency, userEmail: anEmail() }))),
      );
    const [ones, others] = await Promise.all([
      submit(stores.executions, keys),
      submit(other, keys.toReversed()),
    ]);
    const idsOf = (submitted: typeof ones) => submitted.map(({ execution }) => execution.id);
    expect(idsOf(ones)).toEqual(idsOf(others).toReversed());
    expect([...ones, ...others].filter(({ isNew }) => isNew)).toHaveLength(30);
  });

  it("counts a user's share over the batch, without repeated requests", async () => {
    const userEmail = anEmail();
    const taken = key('taken', userEmail);
    await stores.executions.submit(aSubmission({ userEmail, idempotency: taken }));
    const submitted = await submitAll([
      ...Array.from({ length: 5 }, () => aSubmission({ userEmail, idempotency: taken })),
      ...Array.from({ length: USER_SHARE }, () => aSubmission({ userEmail })),
    ]);
    const admitted = submitted.filter(({ isNew, isAdmitted }) => isNew && isAdmitted);
    expect(admitted).toHaveLength(USER_SHARE - 1);
    expect(submitted.at(-1)).toMatchObject({ isNew: true, isAdmitted: false });
  });

  it('refuses what was checked against another revision of the proc, and nothing else of the batch', async () => {
    const name = randomName();
    let retries = 0;
    const register = async () => {
      await stores.procs.register([aProc(name, { retries: (retries += 1) })]);
      const { revision, createdAt } = (await stores.procs.find(name))!;
      return { ...aSubmission().proc, name, revision, registeredAt: createdAt };
    };
    const old = await register();
    const proc = await register();
    const idempotency = key(name);
    const outcomes = await Promise.allSettled([
      stores.executions.submit(aSubmission({ proc: old, idempotency })),
      stores.executions.submit(aSubmission({ proc })),
      stores.executions.submit(aSubmission({ proc: old })),
      stores.executions.submit(aSubmission({ proc: { ...proc, registeredAt: new Date(0) } })),
    ]);
    const [keyed, current, ...outdated] = outcomes;
    expect(current).toMatchObject({ status: 'fulfilled', value: { isNew: true } });
    for (const outcome of [keyed, ...outdated]) {
      expect(outcome).toEqual({ status: 'rejected', reason: expect.any(ProcChangedError) });
    }
    expect(await stores.query('select 1 from execution where proc_name = $1', [name])).toHaveLength(1);

    // Its key is free.
    const { execution } = await stores.executions.submit(aSubmission({ proc, idempotency }));
    const repeat = (as: Submission['proc']) =>
      stores.executions.submit(aSubmission({ proc: as, idempotency }));
    expect(await repeat(proc)).toMatchObject({ isNew: false, execution: { id: execution.id } });
    await expect(repeat(old)).rejects.toThrow(ProcChangedError);

    await stores.query('update execution set ended_at = now(), status = $2 where proc_name = $1', [
      name,
      'CANCELLED',
    ]);
    expect(await stores.procs.remove(name)).toEqual({ kind: 'removed' });
    await expect(repeat(proc)).rejects.toThrow(ProcChangedError);
    // Registered again, it is another proc: it goes on with the next revision, and is newer.
    const again = await register();
    expect(again.revision).toBe(proc.revision + 1);
    for (const as of [proc, { ...again, registeredAt: proc.registeredAt }])
      await expect(stores.executions.submit(aSubmission({ proc: as }))).rejects.toThrow(ProcChangedError);
  });

  it('tells every caller when the connection of their batch is lost, and has accepted none', async () => {
    const userEmail = anEmail();
    const hold = await holdInserts();
    const ahead = stores.executions.submit(aSubmission({ userEmail })).catch((error: unknown) => error);
    await hold.untilBlocked();
    const batch = Array.from({ length: 3 }, () =>
      stores.executions.submit(aSubmission({ userEmail })).catch((error: unknown) => error),
    );
    await hold.terminateBlocked();
    expect(isDatabaseUnavailable(await ahead)).toBe(true);
    await hold.untilBlocked();
    await hold.terminateBlocked();
    const errors = await Promise.all(batch);
    expect(errors.map(isDatabaseUnavailable)).toEqual([true, true, true]);
    await hold.release();
    expect(await stores.query('select 1 from execution where user_email = $1', [userEmail])).toEqual([]);
    expect(await stores.executions.submit(aSubmission({ userEmail }))).toMatchObject({ isNew: true });
  });

  it('does not let others wait for one with long args', async () => {
    const hold = await holdInserts();
    const long = stores.executions.submit(aSubmission({ args: { A: 'x'.repeat(100_000) } }));
    await hold.untilBlocked();
    const short = submitAll([aSubmission(), aSubmission()]);
    await hold.release();
    const ids = (await short).map(({ execution }) => execution.id);
    expect(await transactionsOf(ids)).not.toContain((await transactionsOf([(await long).execution.id]))[0]);
  });
});
