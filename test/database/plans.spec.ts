import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditStore, type AuditFilter } from '@app/database';
import { until } from '../support/api-client.js';
import { explain, indexesOf, nodesOf, type Plan, readsAll, statementsOf } from '../support/plans.js';
import { aProc, aSubmission, claim, openDatabase, type Stores, openStores } from '../support/stores.js';

/** Ended executions of 40 procs and 500 users: the history of about a year. */
const HISTORY = 200_000;
const LIVE = 2_000;

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

/** The statements on `execution` that `work` sends, with their plans. */
async function plansOf(work: () => Promise<unknown>): Promise<{ sql: string; plan: Plan }[]> {
  const plans = [];
  for (const statement of await statementsOf(work, /\bexecution\b/)) {
    plans.push({ sql: statement.sql, plan: (await explain(stores.url, statement)).plan });
  }
  return plans;
}

describe('with a history of 200,000 executions', () => {
  const lease = { executionId: 1, epoch: 1 };
  it.each<[string, () => Promise<unknown>]>([
    ['submit', () => stores.executions.submit(aSubmission({ userEmail: 'user-1@example.org' }))],
    ['submit to a proc with a limit', () => stores.executions.submit(limited())],
    ['find', () => stores.executions.find(42)],
    ['findDetail', () => stores.executions.findDetail(42)],
    ['readSecretArgs', () => stores.executions.readSecretArgs(42)],
    ['remove of a proc', () => stores.procs.remove('proc-1')],
    ['requestCancel', () => stores.executions.requestCancel(42, 'ada@example.com')],
    ['claim', () => stores.leases.claim(42, 'worker-1')],
    ['recordJob', () => stores.leases.recordJob(lease, 'uid', 'default')],
    ['move', () => stores.leases.record(lease, { move: { status: 'POD_READY' } })],
    ['listCancelRequested', () => stores.leases.listCancelRequested([1, 2, 3])],
    ['listLive', () => stores.leases.listLive([1, 2, 3], new Date())],
    ['noteSettled', () => stores.leases.noteSettled([lease, { ...lease, executionId: 2 }])],
    ['listNotEnqueued', () => stores.stuck.listNotEnqueued(3, 500)],
    ['listOfSilentWorkers', () => stores.stuck.listOfSilentWorkers(15, 500)],
    ['listAdmitted', () => stores.stuck.listAdmitted(0, 500)],
    ['listAdmitted, a later page', () => stores.stuck.listAdmitted(Number.MAX_SAFE_INTEGER - 1, 500)],
    ['markEnqueued', () => stores.stuck.markEnqueued([1, 2, 3])],
    ['admitWaiting: countAdmitted, hasSlotWaiters, admitNext, share', () => stores.stuck.admitWaiting(3)],
    ['deleteSilent', () => stores.workers.deleteSilent(3_600)],
    [
      'append',
      () =>
        stores.logs.append([{ lease, podUid: 'p', rows: [], position: zero, isComplete: false, drop: null }]),
    ],
  ])(
    '%s reads no more than necessary',
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

  it('detects a statement that reads everything', async () => {
    const database = openDatabase(stores.url);
    const plans = await plansOf(
      () => database.client.$queryRaw`SELECT count(*) FROM execution WHERE reason = 'x'`,
    );
    await database.close();
    expect(plans.map(({ plan }) => readsAll(plan, 'execution'))).toEqual([true]);
  });
});

describe('a live row', () => {
  it('is claimed and moves without touching an index', async () => {
    const updates = async () => {
      const [row] = await stores.query<{ all: number; hot: number }>(
        `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'execution'`,
      );
      return row ?? { all: 0, hot: 0 };
    };
    const { execution } = await stores.executions.submit(aSubmission());
    await settled();
    const before = await updates();
    const { lease } = await claim(stores, execution.id);
    const moves = ['CREATED', 'JOB_READY', 'POD_READY', 'JOB_READY', 'POD_READY'] as const;
    await stores.leases.recordJob(lease, 'uid', 'default');
    for (const status of moves) await stores.leases.record(lease, { move: { status, reason: 'why' } });
    await stores.executions.requestCancel(lease.executionId, 'ada@example.com');
    await settled();
    const after = await updates();
    expect({ all: after.all - before.all, hot: after.hot - before.hot }).toEqual({ all: 8, hot: 8 });
  });

  /** Ends all connections: a server process reports its statistics at the latest when it ends. */
  async function settled(): Promise<void> {
    await stores.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'proctor'`,
    );
    const areGone = async () => {
      const left = await stores.query(
        `select 1 from pg_stat_activity where datname = current_database() and application_name = 'proctor'`,
      );
      return left.length === 0;
    };
    await until(areGone, 10_000);
  }
});

describe('an audit trail of 200,000 entries', () => {
  const newest = 200_000;
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  let audit: AuditStore;
  beforeAll(async () => {
    audit = new AuditStore(stores.database);
    await stores.query(
      `insert into audit_event (at, actor, action, subject, allowed)
       select now() - make_interval(mins => ${newest} - i), 'user-' || i % 300, 'action-' || i % 40, 'subject-' || i % 20000,
         i % 1000 <> 0
       from generate_series(1, ${newest}) i`,
    );
    await stores.query('vacuum analyze audit_event');
  }, 60_000);

  const filters: [string, AuditFilter, string][] = [
    ['nothing', {}, 'audit_event_by_time'],
    ['who', { actor: 'user-7' }, 'audit_event_by_actor'],
    ['an actor without entries', { actor: 'nobody' }, 'audit_event_by_actor'],
    ['what', { action: 'action-7' }, 'audit_event_by_action'],
    ['on what', { subject: 'subject-7' }, 'audit_event_by_subject'],
    ['refusals', { allowed: false }, 'audit_event_refused'],
    ['a time', { since: daysAgo(90), until: daysAgo(89) }, 'audit_event_by_time'],
    ['who until', { actor: 'user-7', until: daysAgo(130) }, 'audit_event_by_actor'],
    ['refusals since', { allowed: false, since: daysAgo(3) }, 'audit_event_refused'],
  ];
  const reads: [string, (filter: AuditFilter) => Promise<unknown>][] = [
    ['first page', (filter) => audit.list(filter, { before: null, limit: 50 })],
    ['deep page', (filter) => audit.list(filter, { before: 60_000, limit: 50 })],
    ['export', (filter) => audit.exportFrom(filter, 0, 500)],
    ['export, later', (filter) => audit.exportFrom(filter, 140_000, 500)],
  ];
  it.each(filters.flatMap(([name, ...rest]) => reads.map(([page, read]) => ({ name, page, read, rest }))))(
    'is filtered by $name through its index: $page',
    async ({ read, rest: [filter, index] }) => {
      const [statement] = await statementsOf(() => read(filter), /\baudit_event\b/);
      if (!statement) throw new Error('nothing was sent');
      const { plan, buffers } = await explain(stores.url, statement, 'run');
      expect(indexesOf(plan)).toContain(index);
      expect(readsAll(plan, 'audit_event')).toBe(false);
      expect(buffers).toBeLessThan(1_500);
    },
  );
});

const zero = { sinceSecond: 0, lines: 0, hash: 0, partialBytes: 0 };

function limited() {
  const concurrency = { limit: 5, whenFull: 'queue' as const };
  return aSubmission({ proc: { ...aSubmission().proc, name: 'proc-1', concurrency } });
}
