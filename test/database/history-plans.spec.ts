import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryFilter } from '@app/database';
import { EXECUTION_STATUSES, FINAL_STATUSES } from '@app/domain';
import { fillHistory } from '../support/history.js';
import { explain, type Explained, readsAll, statementsOf } from '../support/plans.js';
import { openStores, type Stores } from '../support/stores.js';

const ROWS = 1_000_000;
/** Alike, and small enough to find the right answer by brute force. */
const SAMPLE_ROWS = 8_000;
const PAGE = 50;
/** In blocks of 8 KiB. A product of many procs and many statuses is as many descents of an index. */
const MAX_BUFFERS = 2_500;
const MAX_BUFFERS_FOR_PRODUCT = 7_000;

let stores: Stores;
let sample: Stores;
const measured = new Map<string, Explained & { name: string }>();
beforeAll(async () => {
  [stores, sample] = await Promise.all([openStores(), openStores()]);
  await Promise.all([fillHistory(sample, SAMPLE_ROWS), fillHistory(stores, ROWS)]);
}, 240_000);
afterAll(async () => {
  const rows = [...measured].map(
    ([key, { name, executionMs, buffers }]) =>
      `${key.padEnd(40)}${executionMs.toFixed(1).padStart(6)} ms${String(buffers).padStart(7)} blocks  ${name}`,
  );
  process.stdout.write(`\nthe slowest of each filter\n${rows.join('\n')}\n`);
  await Promise.all([stores?.close(), sample?.close()]);
});

/** Rows that this part of the history is old, there is one a minute. */
const ago = (rows: number, part: number) => new Date(Date.now() - rows * part * 60_000);

const everything = null;
/** Sees 300 procs, none of them the one that nearly all executions are of. */
const many = {
  owner: { email: 'user-7@example.org' },
  ownProcNames: null,
  procNames: Array.from({ length: 300 }, (_, i) => `proc-${i + 1}`),
};
const common = { ...many, owner: { email: 'user-0@example.org' } };
const rare = {
  ...many,
  owner: { email: 'user-rare@example.org' },
  procNames: ['proc-rare', ...many.procNames],
};

type Filter = Omit<HistoryFilter, 'visibleTo'>;
const filtersOf = (rows: number): [string, Filter][] => [
  ['all', {}],
  ['common proc', { procName: 'proc-0' }],
  ['one of many procs', { procName: 'proc-77' }],
  ['rare proc', { procName: 'proc-rare' }],
  ['unknown proc', { procName: 'none' }],
  ['common user', { userEmail: 'user-0@example.org' }],
  ['user', { userEmail: 'user-7@example.org' }],
  ['rare user', { userEmail: 'user-rare@example.org' }],
  ['common status', { statuses: ['FINISHED'] }],
  ['rare status', { statuses: ['REQUIREMENT_NOT_MET'] }],
  ['rare old status', { statuses: ['FETCH_POD_LOG_FAILED'] }],
  ['status of nothing', { statuses: ['JOB_CREATION_FAILED'] }],
  ['live status', { statuses: ['POD_READY'] }],
  ['several statuses', { statuses: ['POD_FAILED', 'TIMED_OUT', 'CANCELLED'] }],
  ['final statuses', { statuses: FINAL_STATUSES }],
  ['all statuses but one', { statuses: EXECUTION_STATUSES.filter((status) => status !== 'FINISHED') }],
  ['schedule', { scheduleId: 7 }],
  ['rare schedule', { scheduleId: 99 }],
  ['since', { since: ago(rows, 0.01) }],
  ['until', { until: ago(rows, 0.98) }],
  ['a week', { since: ago(rows, 0.5), until: ago(rows, 0.49) }],
  ['proc and user', { procName: 'proc-0', userEmail: 'user-7@example.org' }],
  ['common proc and rare user', { procName: 'proc-0', userEmail: 'user-rare@example.org' }],
  ['proc and status', { procName: 'proc-0', statuses: ['REQUIREMENT_NOT_MET'] }],
  ['proc and old status', { procName: 'proc-0', statuses: ['FETCH_POD_LOG_FAILED'] }],
  ['proc and statuses', { procName: 'proc-77', statuses: ['POD_FAILED', 'TIMED_OUT', 'RECEIVED'] }],
  ['user and status', { userEmail: 'user-0@example.org', statuses: ['REQUIREMENT_NOT_MET'] }],
  ['user and live status', { userEmail: 'user-7@example.org', statuses: ['POD_READY'] }],
  [
    'proc, user, status',
    { procName: 'proc-0', userEmail: 'user-0@example.org', statuses: ['REQUIREMENT_NOT_MET'] },
  ],
  [
    'proc, user, old status',
    { procName: 'proc-0', userEmail: 'user-0@example.org', statuses: ['FETCH_POD_LOG_FAILED'] },
  ],
  ['schedule and status', { scheduleId: 7, statuses: ['REQUIREMENT_NOT_MET'] }],
  ['schedule and proc', { scheduleId: 7, procName: 'proc-0' }],
  ['schedule and rare user', { scheduleId: 7, userEmail: 'user-rare@example.org' }],
  ['rare proc in a week', { procName: 'proc-rare', since: ago(rows, 0.5), until: ago(rows, 0.49) }],
  ['live statuses', { statuses: ['RECEIVED', 'CREATED', 'JOB_READY', 'POD_READY'] }],
  ['user and statuses', { userEmail: 'user-0@example.org', statuses: ['REQUIREMENT_NOT_MET', 'CANCELLED'] }],
  [
    'rare user and statuses',
    { userEmail: 'user-rare@example.org', statuses: ['REQUIREMENT_NOT_MET', 'CANCELLED'] },
  ],
  ['user, rare status', { userEmail: 'user-7@example.org', statuses: ['REQUIREMENT_NOT_MET'] }],
  ['burst of a status', { statuses: ['POD_CREATION_FAILED'] }],
  ['burst of a user', { userEmail: 'user-new@example.org' }],
  ['burst of a user, rare status', { userEmail: 'user-new@example.org', statuses: ['REQUIREMENT_NOT_MET'] }],
  [
    'burst of a user and statuses',
    { userEmail: 'user-new@example.org', statuses: ['POD_FAILED', 'CANCELLED'] },
  ],
  ['burst of a schedule', { scheduleId: 98 }],
  ['burst of a schedule and statuses', { scheduleId: 98, statuses: ['POD_FAILED', 'CANCELLED'] }],
  ['status until', { statuses: ['POD_FAILED', 'CANCELLED'], until: ago(rows, 0.98) }],
];
const CALLERS: [string, HistoryFilter['visibleTo']][] = [
  ['an admin', everything],
  ['a user who sees 300 procs', many],
  ['a busy user who sees 300 procs', common],
  ['a user with old executions', rare],
];
const PAGES: [string, number | null][] = [
  ['first page', null],
  ['deep page', 0.7],
];
const cases = filtersOf(ROWS).flatMap(([name], at) =>
  PAGES.flatMap(([page, depth]) =>
    CALLERS.map(([caller, visibleTo]) => ({
      name: `${name}, ${page}, ${caller}`,
      filterName: name,
      filterOf: (rows: number): HistoryFilter => ({ ...filtersOf(rows)[at]?.[1], visibleTo }),
      depth,
    })),
  ),
);

describe(`a history of ${ROWS} executions`, () => {
  it.each(cases)('$name reads few index blocks', async ({ name, filterName, filterOf, depth }) => {
    const filter = filterOf(ROWS);
    const page = { before: await cursorAt(stores, ROWS, depth), limit: PAGE };
    const statements = await statementsOf(() => stores.history.list(filter, page), /\bexecution\b/);
    const [statement] = statements;
    if (!statement) {
      expect(filter.visibleTo?.procNames).not.toContain(filter.procName);
      return;
    }
    const best = await explain(stores.url, statement, 'run');
    const slowest = measured.get(filterName);
    if (!slowest || slowest.executionMs < best.executionMs) measured.set(filterName, { ...best, name });
    const isProduct = (filter.visibleTo?.procNames.length ?? 0) > 1 && (filter.statuses?.length ?? 0) > 1;
    expect(statements).toHaveLength(1);
    expect(readsAll(best.plan, 'execution')).toBe(false);
    expect(best.buffers).toBeLessThan(isProduct ? MAX_BUFFERS_FOR_PRODUCT : MAX_BUFFERS);
  });
});

describe(`a history of ${SAMPLE_ROWS} executions`, () => {
  it.each(cases)('$name finds what a plain query finds', async ({ filterOf, depth }) => {
    const filter = filterOf(SAMPLE_ROWS);
    const before = await cursorAt(sample, SAMPLE_ROWS, depth);
    const found = await sample.history.list(filter, { before, limit: PAGE });
    expect(found.map(({ id }) => id)).toEqual(await findPlainly(filter, before));
  });
});

/** Id of the execution that this part of the history is newer than. */
async function cursorAt({ query }: Stores, rows: number, depth: number | null): Promise<number | null> {
  if (depth === null) return null;
  const [row] = await query<{ id: string }>(
    'select min(id) as id from execution where id >= first_execution_id_at($1)',
    [ago(rows, depth)],
  );
  return Number(row?.id);
}

async function findPlainly(filter: HistoryFilter, before: number | null): Promise<number[]> {
  const { procName, userEmail, statuses, scheduleId, since, until, visibleTo } = filter;
  const rows = await sample.query<{ id: string }>(
    `select id from execution where ($1::text is null or proc_name = $1) and ($2::text is null or user_email = $2)
       and ($3::text[] is null or status = any($3)) and ($4::bigint is null or schedule_id = $4)
       and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6)
       and ($7::bigint is null or id < $7) and ($8::text is null or user_email = $8 or proc_name = any($9::text[]))
     order by id desc limit ${PAGE}`,
    [
      procName,
      userEmail,
      statuses,
      scheduleId,
      since,
      until,
      before,
      visibleTo?.owner.email,
      visibleTo?.procNames,
    ],
  );
  return rows.map(({ id }) => Number(id));
}
