import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HistoryFilter } from '@app/database';
import {
  EXECUTION_STATUSES,
  type ExecutionOrigin,
  type ExecutionSummary,
  isFinal,
  originFromIds,
  originIds,
} from '@app/domain';
import { aSubmission, claimNew, openStores, type Stores } from '../support/stores.js';

const PROCS = ['a', 'b', 'c'];
const EMAILS = ['ada@x.y', 'bob@x.y', ''];
const SCHEDULES = [1, 2];

let stores: Stores;
let all: ExecutionSummary[];

beforeAll(async () => {
  stores = await openStores();
  for (let i = 0; i < 300; i++) {
    const { execution } = await stores.executions.submit(
      aSubmission({
        procName: PROCS[(i % 7) % 3] ?? '',
        userEmail: EMAILS[(i % 5) % 3] ?? '',
        origin: originFromIds({ scheduleId: SCHEDULES[i % 11] ?? null, rerunOf: null }),
      }),
    );
    const status = EXECUTION_STATUSES[i % EXECUTION_STATUSES.length] ?? 'RECEIVED';
    await stores.query(
      `update execution set status = $2, ended_at = case when $3 then now() end where id = $1`,
      [execution.id, status, isFinal(status)],
    );
  }
  all = await stores.history.list({ visibleTo: null }, { before: null, limit: 1_000 });
}, 60_000);
afterAll(() => stores?.close());

function isVisible(
  { id, userEmail, procName }: ExecutionSummary,
  visibleTo: HistoryFilter['visibleTo'],
): boolean {
  if (visibleTo === null) return true;
  const { owner, ownProcNames } = visibleTo;
  const isOwn =
    owner.email !== '' &&
    owner.email === userEmail &&
    id > (owner.accountId ?? 0) &&
    (ownProcNames?.includes(procName) ?? true);
  return isOwn || visibleTo.procNames.includes(procName);
}

function matches(execution: ExecutionSummary, filter: HistoryFilter): boolean {
  const { procName, userEmail, statuses, scheduleId, since, until, visibleTo } = filter;
  return (
    (procName === undefined || execution.procName === procName) &&
    (userEmail === undefined || execution.userEmail === userEmail) &&
    (statuses === undefined || statuses.includes(execution.status)) &&
    (scheduleId === undefined || originIds(execution.origin).scheduleId === scheduleId) &&
    (since === undefined || execution.createdAt >= since) &&
    (until === undefined || execution.createdAt < until) &&
    isVisible(execution, visibleTo)
  );
}

const ids = (executions: readonly ExecutionSummary[]) => executions.map(({ id }) => id);

describe('the history', () => {
  it('lists every execution, newest first', async () => {
    expect(all).toHaveLength(300);
    expect(ids(all)).toEqual(ids(all).sort((a, b) => b - a));
    expect(await stores.executions.find(all[0]?.id ?? 0)).toMatchObject(all[0] ?? {});
    // Args may be large, and a page has 500 executions.
    expect(all[0]).not.toHaveProperty('args');
  });

  it('finds each matching and visible execution once, page by page', async () => {
    const optional = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const instant = fc.nat(299).map((at) => all[at]?.createdAt ?? new Date());
    const accountIds = fc.nat(299).map((at) => all[at]?.id ?? 0);
    const filters = fc.record({
      procName: optional([...PROCS, 'none']),
      userEmail: optional([...EMAILS, 'none']),
      statuses: fc.option(fc.subarray([...EXECUTION_STATUSES]), { nil: undefined }),
      scheduleId: optional([...SCHEDULES, 3]),
      since: fc.option(instant, { nil: undefined }),
      until: fc.option(instant, { nil: undefined }),
      visibleTo: fc.option(
        fc.record({
          owner: fc.record(
            { email: fc.constantFrom(...EMAILS), accountId: accountIds },
            { requiredKeys: ['email'] },
          ),
          ownProcNames: fc.option(fc.subarray([...PROCS, 'none', 'a'])),
          procNames: fc.subarray([...PROCS, 'none', 'a']),
        }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 60 }), async (filter, limit) => {
        const found: ExecutionSummary[] = [];
        for (;;) {
          const page = await stores.history.list(filter, { before: found.at(-1)?.id ?? null, limit });
          found.push(...page);
          if (page.length < limit) break;
        }
        expect(ids(found)).toEqual(ids(all.filter((execution) => matches(execution, filter))));
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it('derives the time of acceptance from the id, so that a time is a range of ids', async () => {
    const [row] = await stores.query<{ n: number }>(
      `select count(*)::int as n from execution
       where created_at = updated_at and id >= first_execution_id_at(created_at)
         and id < first_execution_id_at(created_at + interval '1 millisecond')`,
    );
    expect(row?.n).toBe(300);
  });

  it('accepts any time', async () => {
    const list = (since: Date, until: Date) =>
      stores.history.list({ visibleTo: null, since, until }, { before: null, limit: 1_000 });
    const [first, last] = [new Date('0001-01-01'), new Date('9999-12-31')];
    expect(await list(first, last)).toHaveLength(300);
    expect(await list(last, first)).toEqual([]);
  });
});

describe('an execution in detail', () => {
  it('has its request and its attempts, oldest first', async () => {
    const secretArgs = { TOKEN: { ciphertext: 'AAAA', keyId: 'k' }, KEY: { ciphertext: 'BBBB', keyId: 'k' } };
    const { execution, lease, ...claimed } = await claimNew(stores, {
      secretArgs,
      origin: { kind: 'rerun', rerunOf: 5 },
      remoteAddress: '::1',
    });
    expect(claimed.secretArgs).toEqual(secretArgs);
    expect(await stores.executions.readSecretArgs(execution.id)).toEqual(secretArgs);
    const attempt = {
      podName: 'pod',
      startedAt: new Date(1),
      endedAt: new Date(2),
      exitCode: 3,
      reason: 'why',
    };
    await stores.leases.record(lease, { attempts: [{ ...attempt, podUid: 'z', isDisrupted: false }] });
    await stores.leases.record(lease, {
      attempts: [
        {
          ...{ ...attempt, podUid: 'a', exitCode: null, endedAt: null },
          isDisrupted: true,
        },
      ],
    });
    expect(await stores.executions.findDetail(execution.id)).toEqual({
      ...execution,
      // The first attempt's.
      ...{ startedAt: attempt.startedAt, updatedAt: expect.any(Date) },
      secretArgNames: ['KEY', 'TOKEN'],
      origin: { kind: 'rerun', rerunOf: 5 },
      procRevision: 1,
      remoteAddress: '::1',
      waitingFor: null,
      attempts: [
        { ...attempt, n: 1 },
        { ...attempt, n: 2, exitCode: null, endedAt: null },
      ],
    });
    expect(await stores.executions.findDetail(1)).toBeNull();
    expect(await stores.executions.readSecretArgs(1)).toBeNull();
  });

  it.each<ExecutionOrigin>([
    { kind: 'person' },
    { kind: 'rerun', rerunOf: 5 },
    { kind: 'schedule', scheduleId: 6 },
  ])('keeps the origin $kind', async (origin) => {
    const { execution } = await stores.executions.submit(aSubmission({ origin }));
    expect(execution.origin).toEqual(origin);
    expect(await stores.executions.find(execution.id)).toEqual(execution);
  });

  it('has default pod settings if it was accepted before they existed', async () => {
    const { execution } = await stores.executions.submit(aSubmission());
    await stores.query(`update execution set snapshot = snapshot - 'pod' where id = $1`, [execution.id]);
    const claimed = await stores.leases.claim(execution.id, 'worker-1');
    expect(claimed?.snapshot).toEqual(aSubmission().proc.snapshot);
    expect(claimed?.secretArgs).toBeNull();
  });
});
