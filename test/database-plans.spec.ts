import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { aProc, aSubmission, openDatabase, type Stores, openStores } from './support/stores.js';

/** Executions that are over, 40 procs and 500 users: what a year leaves behind. */
const HISTORY = 200_000;
const LIVE = 2_000;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Plan Rows': number;
  Plans?: Plan[];
}

let stores: Stores;

beforeAll(async () => {
  stores = await openStores();
  await stores.procs.register([aProc('proc-1', { concurrency: { limit: 5, whenFull: 'queue' } })]);
  await stores.query(
    `insert into execution (proc_name, proc_revision, job_name, image, args, snapshot, user_email, status, ended_at,
       lease_epoch, worker_id, enqueued_at, admitted_at, created_at, job_uid)
     select 'proc-' || i % 40, 1, 'job-' || i, 'image:1', '{"A":"value"}', '{}', 'user-' || i % 500 || '@example.org',
       'FINISHED', now(), 1, 'worker-' || i % 10, now(), now() - make_interval(secs => i), now() - make_interval(secs => i), 'uid'
     from generate_series(1, ${HISTORY}) i`,
  );
  await stores.query(
    `insert into execution (proc_name, proc_revision, job_name, image, args, snapshot, user_email, worker_id, waiting_for,
       admitted_at, enqueued_at)
     select 'proc-' || i % 40, 1, 'live-' || i, 'image:1', '{}', '{}', 'user-' || i % 500 || '@example.org',
       case when i % 2 = 0 then 'worker-' || i % 10 end, case i % 4 when 1 then 'slot' when 3 then 'share' end, now(), now()
     from generate_series(1, ${LIVE}) i`,
  );
  await stores.query('vacuum analyze execution');
}, 60_000);
afterAll(() => stores?.close());

/**
 * The statements that `work` sends about executions, with their plans: they are run again, explained, in a transaction
 * that is rolled back.
 */
async function plansOf(
  work: (stores: Pick<Stores, 'url'>) => Promise<unknown>,
): Promise<{ sql: string; plan: Plan }[]> {
  const sent = new Map<string, unknown[]>();
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [statement] = args;
    if (typeof statement === 'object' && statement !== null && 'text' in statement) {
      const { text, values } = statement as { text: string; values?: unknown[] };
      if (/\bexecution\b/.test(text)) sent.set(text, values ?? []);
    }
    return original.apply(this, args);
  } as typeof pg.Client.prototype.query;
  try {
    await work(stores);
  } finally {
    pg.Client.prototype.query = original as typeof pg.Client.prototype.query;
  }
  const client = new pg.Client({ connectionString: stores.url });
  await client.connect();
  try {
    const plans = [];
    for (const [text, values] of sent) {
      await client.query('begin');
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (format json) ${text}`,
        values,
      );
      await client.query('rollback');
      const plan = rows[0]?.['QUERY PLAN'][0].Plan;
      if (plan) plans.push({ sql: text, plan });
    }
    return plans;
  } finally {
    await client.end();
  }
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('with a history of 200,000 executions', () => {
  const lease = { executionId: 1, epoch: 1 };
  it.each<[string, () => Promise<unknown>]>([
    ['submit', () => stores.executions.submit(aSubmission({ userEmail: 'user-1@example.org' }))],
    ['submit to a proc with a limit', () => stores.executions.submit(limited())],
    ['find', () => stores.executions.find(42)],
    ['requestCancel', () => stores.executions.requestCancel(42, 'x')],
    ['claim', () => stores.leases.claim(42, 'worker-1')],
    ['recordJob', () => stores.leases.recordJob(lease, 'uid')],
    ['move', () => stores.leases.move(lease, 'POD_READY')],
    ['listCancelRequested', () => stores.leases.listCancelRequested('worker-2')],
    ['listLive', () => stores.leases.listLive([1, 2, 3])],
    ['noteSettled', () => stores.leases.noteSettled([lease, { ...lease, executionId: 2 }])],
    ['listNotEnqueued', () => stores.stuck.listNotEnqueued(3, 500)],
    ['listOfSilentWorkers', () => stores.stuck.listOfSilentWorkers(15, 500)],
    ['listAdmitted', () => stores.stuck.listAdmitted(0, 500)],
    ['listAdmitted, a later page', () => stores.stuck.listAdmitted(Number.MAX_SAFE_INTEGER - 1, 500)],
    ['markEnqueued', () => stores.stuck.markEnqueued([1, 2, 3])],
    ['admitWaiting: countAdmitted, hasSlotWaiters, admitNext, share', () => stores.stuck.admitWaiting(3)],
    ['forgetSilent', () => stores.workers.forgetSilent(3_600)],
    [
      'append',
      () =>
        stores.logs.append([{ lease, podUid: 'p', rows: [], position: zero, isComplete: false, drop: null }]),
    ],
  ])(
    '%s reads no more than it must',
    async (_name, work) => {
      const plans = await plansOf(work);
      expect(plans.length).toBeGreaterThan(0);
      for (const { sql, plan } of plans) {
        const scans = nodesOf(plan).filter(
          (node) => node['Relation Name'] === 'execution' && / Scan$/.test(node['Node Type']),
        );
        const tooMany = scans.filter(
          (node) => node['Node Type'] === 'Seq Scan' || node['Plan Rows'] > 2 * LIVE,
        );
        expect({ sql, tooMany }).toEqual({ sql, tooMany: [] });
      }
    },
    30_000,
  );

  it('notices a statement that reads everything', async () => {
    const database = openDatabase(stores.url);
    const plans = await plansOf(
      () => database.client.$queryRaw`SELECT count(*) FROM execution WHERE reason = 'x'`,
    );
    await database.close();
    const types = plans.flatMap(({ plan }) => nodesOf(plan)).map((node) => node['Node Type']);
    expect(types).toContain('Seq Scan');
  });
});

const zero = { sinceSecond: 0, lines: 0, hash: 0, partialBytes: 0 };

function limited() {
  const concurrency = { limit: 5, whenFull: 'queue' as const };
  return aSubmission({ proc: { ...aSubmission().proc, name: 'proc-1', concurrency } });
}
