import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AppError, FINAL_STATUSES } from '@app/domain';
import type { LogBatch } from '@app/database';
import { setUpStores } from '../support/set-up-stores.js';
import { aBatch, anAttempt, aRow, aSubmission, claim, claimNew, claimRunning } from '../support/stores.js';

const done = { status: 'FINISHED', exitCode: 0, reason: null } as const;
const codeOf = (error: unknown) => (error instanceof AppError ? error.code : error);

const stores = setUpStores();

async function rowOf(id: number) {
  const [row] = await stores.query('select * from execution where id = $1', [id]);
  return row;
}

/** Runs `work` while another session holds the row lock, and commits that session once `work` waits for it. */
async function whileRowIsHeld<T>(id: number, change: string, work: () => Promise<T>): Promise<T> {
  const other = new pg.Client({ connectionString: stores.url });
  await other.connect();
  try {
    await other.query('begin');
    await other.query(change, [id]);
    const working = work();
    for (let waits = 0; waits === 0;) {
      const { rows } = await other.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      waits = rows[0]?.n ?? 0;
    }
    await other.query('commit');
    return await working;
  } finally {
    await other.end();
  }
}

describe('accepting an execution', () => {
  const key = (name: string, bodyHash = 'a') => ({
    identity: 'ada@example.org',
    route: 'POST /execution',
    key: name,
    bodyHash,
  });

  it('assigns ids that grow with time and are exact in JavaScript', async () => {
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) {
      ids.push((await stores.executions.submit(aSubmission())).execution.id);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids.every(Number.isSafeInteger)).toBe(true);
  });

  it('stores the request', async () => {
    const args = { A: 'quote \' " \\ ☃ $1', B: '' };
    const { execution, isNew, isAdmitted } = await stores.executions.submit(aSubmission({ args }));
    expect({ isNew, isAdmitted }).toEqual({ isNew: true, isAdmitted: true });
    expect(execution).toMatchObject({ args, status: 'RECEIVED', jobName: `proctor-test1-${execution.id}` });
    expect(await stores.executions.find(execution.id)).toEqual(execution);
    expect(await stores.executions.find(1)).toBeNull();
  });

  it('answers a repeated Idempotency-Key with the first execution', async () => {
    const first = await stores.executions.submit(aSubmission({ idempotency: key('twice') }));
    const second = await stores.executions.submit(aSubmission({ idempotency: key('twice') }));
    expect(second).toEqual({ ...first, isNew: false });
  });

  it('accepts one of twenty concurrent requests with the same key', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () =>
        stores.executions.submit(aSubmission({ idempotency: key('at once') })),
      ),
    );
    expect(new Set(replies.map(({ execution }) => execution.id)).size).toBe(1);
    expect(replies.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it('refuses a key that was used with another body, and separates the keys of two users', async () => {
    const { execution } = await stores.executions.submit(aSubmission({ idempotency: key('body') }));
    const other = stores.executions.submit(aSubmission({ idempotency: key('body', 'b') }));
    expect(await other.catch(codeOf)).toBe('idempotency_key_reused');
    const bob = { ...key('body', 'b'), identity: 'bob@example.org' };
    expect((await stores.executions.submit(aSubmission({ idempotency: bob }))).execution.id).not.toBe(
      execution.id,
    );
  });

  it('deletes expired keys in steps', async () => {
    for (const name of ['old', 'older', 'oldest', 'young']) {
      await stores.executions.submit(aSubmission({ idempotency: key(name) }));
    }
    await stores.query(
      `update idempotency_key set created_at = now() - interval '25 hours' where key like 'old%'`,
    );
    expect(await stores.stuck.deleteIdempotencyKeys(24, 2)).toBe(2);
    expect(await stores.stuck.deleteIdempotencyKeys(24, 2)).toBe(1);
    expect(await stores.stuck.deleteIdempotencyKeys(24, 2)).toBe(0);
    expect((await stores.executions.submit(aSubmission({ idempotency: key('old') }))).isNew).toBe(true);
  });
});

describe('the lease', () => {
  it('belongs to the last claim; claims without progress are counted', async () => {
    const first = await claimNew(stores);
    const second = await claim(stores, first.execution.id, 'worker-2');
    expect([first.lease.epoch, second.lease.epoch]).toEqual([1, 2]);
    expect([first.claimsWithoutProgress, second.claimsWithoutProgress]).toEqual([0, 1]);
    expect(await stores.leases.isHeld(first.lease)).toBe(false);
    expect(await stores.leases.isHeld(second.lease)).toBe(true);
  });

  it('gives each of many concurrent claims its own epoch', async () => {
    const { execution } = await stores.executions.submit(aSubmission());
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, i) => claim(stores, execution.id, `worker-${i}`)),
    );
    expect(claims.map(({ lease }) => lease.epoch).sort((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('refuses every write of an old epoch without a change', async () => {
    const { lease: old, execution } = await claimRunning(stores);
    await claim(stores, execution.id, 'worker-2');
    const before = await rowOf(execution.id);
    expect(await stores.leases.recordJob(old, 'job-uid', 'default')).toBe('fenced');
    expect(await stores.leases.record(old, { move: { status: 'JOB_READY' } })).toBe(false);
    expect(await stores.leases.record(old, { attempts: [anAttempt('pod-2')] })).toBe(false);
    expect(await stores.leases.end(old, done)).toBeNull();
    expect((await stores.logs.append([aBatch(old, [aRow(1)])])).size).toBe(0);
    await stores.leases.release(old);
    await stores.leases.noteSettled([old]);
    expect(await rowOf(execution.id)).toEqual(before);
    expect(await stores.logs.read(execution.id, 0)).toEqual([]);
    expect(
      await stores.query('select pod_uid from execution_attempt where execution_id = $1', [execution.id]),
    ).toHaveLength(1);
  });

  it('gives the new follower the Job, the pods and the positions of their logs', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.leases.record(lease, { attempts: [anAttempt('pod-2')] });
    const position = { sinceSecond: 1_800_000_000, lines: 7, hash: 0xffff_ffff, partialBytes: 3 };
    await stores.logs.append([aBatch(lease, [aRow(1)], { position, isComplete: true })]);
    const next = await claim(stores, execution.id);
    expect(next.jobUid).toBe('job-uid');
    expect(next.attempts).toMatchObject([
      { podUid: 'pod-1', logPosition: position, isLogComplete: true },
      { podUid: 'pod-2', logPosition: { sinceSecond: 0 }, isLogComplete: false },
    ]);
  });

  it('reports a Job as fenced, not cancelled, if another worker claims meanwhile', async () => {
    const { lease, execution } = await claimNew(stores);
    const outcome = await whileRowIsHeld(
      execution.id,
      `update execution set lease_epoch = lease_epoch + 1, worker_id = 'worker-2' where id = $1`,
      () => stores.leases.recordJob(lease, 'job-uid', 'default'),
    );
    expect(outcome).toBe('fenced');
  });

  it('reports a cancel that commits while the Job is recorded', async () => {
    const { lease, execution } = await claimNew(stores);
    const outcome = await whileRowIsHeld(
      execution.id,
      'update execution set cancel_requested_at = now() where id = $1',
      () => stores.leases.recordJob(lease, 'job-uid', 'default'),
    );
    expect(outcome).toBe('cancel_requested');
    expect(await rowOf(execution.id)).toMatchObject({ status: 'RECEIVED', job_uid: null });
  });

  it('records the same Job again after a lost answer, but no other Job', async () => {
    const { lease, execution } = await claimNew(stores);
    expect(await stores.leases.recordJob(lease, 'job-uid', 'reports')).toBe('recorded');
    expect(await stores.leases.recordJob(lease, 'job-uid', 'reports')).toBe('recorded');
    expect(await stores.leases.recordJob(lease, 'other', 'default')).not.toBe('recorded');
    expect(await rowOf(execution.id)).toMatchObject({ status: 'CREATED', job_uid: 'job-uid' });
  });

  it('moves only along the table, and back from POD_READY to JOB_READY', async () => {
    const { lease, execution } = await claimRunning(stores);
    const statusAfter = async (status: 'CREATED' | 'JOB_READY' | 'POD_READY') => {
      expect(
        await stores.leases.record(lease, {
          move: { status, reason: `to ${status}` },
        }),
      ).toBe(true);
      return (await rowOf(execution.id))?.status;
    };
    expect(await statusAfter('CREATED')).toBe('POD_READY');
    expect(await statusAfter('JOB_READY')).toBe('JOB_READY');
    expect(await statusAfter('POD_READY')).toBe('POD_READY');
  });

  it('adds up refusals, however often it is claimed, but not the time without any', async () => {
    const { lease: first, execution } = await claimNew(stores);
    const refusal = { reason: 'quota', limitMs: 60_000, maxGapMs: 20_000 };
    const age = (seconds: number) =>
      stores.query(`update execution set refused_at = refused_at - interval '${seconds} s' where id = $1`, [
        execution.id,
      ]);
    const refusedMs = async () => Number((await rowOf(execution.id))?.refused_ms);
    expect(await stores.refusals.recordRefusal(first, refusal)).toMatchObject({ isOver: false });
    expect(await refusedMs()).toBe(0);
    await age(15);
    const { lease } = await claim(stores, execution.id, 'worker-2');
    expect(await stores.refusals.recordRefusal(first, refusal)).toBeNull();
    await stores.refusals.recordRefusal(lease, refusal);
    expect(Math.round((await refusedMs()) / 1000)).toBe(15);
    await age(1_080);
    expect(await stores.refusals.noteOutage(lease, 'away')).toBe(true);
    expect(await stores.executions.find(execution.id)).toMatchObject({ reason: 'away' });
    const recorded = await stores.refusals.recordRefusal(lease, refusal);
    expect(recorded?.isOver).toBe(false);
    expect(Math.round((recorded!.waitsUntil.getTime() - Date.now()) / 1000)).toBe(25);
    expect(await stores.executions.find(execution.id)).toMatchObject({ reason: 'quota', status: 'RECEIVED' });
    await age(20);
    await stores.refusals.recordRefusal(lease, refusal);
    await age(20);
    expect(await stores.refusals.recordRefusal(lease, refusal)).toMatchObject({ isOver: true });
    await stores.leases.recordJob(lease, 'job-uid', 'default');
    expect(await rowOf(execution.id)).toMatchObject({ reason: null, waits_until: null, refused_ms: 0 });
  });

  it('counts claims until progress is recorded', async () => {
    const { lease, execution } = await claimRunning(stores);
    await claim(stores, execution.id);
    const { lease: third, claimsWithoutProgress } = await claim(stores, execution.id);
    expect(claimsWithoutProgress).toBe(1);
    // Recording the same again is no progress.
    await stores.leases.record(third, { move: { status: 'POD_READY' } });
    expect((await claim(stores, execution.id)).claimsWithoutProgress).toBe(2);
    const { lease: fifth } = await claim(stores, execution.id);
    await stores.leases.record(fifth, { move: { status: 'JOB_READY' } });
    expect((await claim(stores, execution.id)).claimsWithoutProgress).toBe(0);
    expect(lease.epoch).toBe(1);
  });

  it('keeps the number and the known state of an attempt', async () => {
    const { lease, execution } = await claimRunning(stores);
    const at = new Date('2026-11-22T10:00:00Z');
    await stores.leases.record(lease, { attempts: [{ ...anAttempt('pod-2'), startedAt: at }] });
    await stores.leases.record(lease, {
      attempts: [
        {
          ...anAttempt('pod-2'),
          endedAt: at,
          exitCode: 3,
          reason: 'Error',
        },
      ],
    });
    const attempts = await stores.query(
      'select pod_uid, n, started_at, exit_code, reason from execution_attempt where execution_id = $1 order by n',
      [execution.id],
    );
    expect(attempts).toMatchObject([
      { pod_uid: 'pod-1', n: 1, exit_code: null },
      { pod_uid: 'pod-2', n: 2, started_at: at, exit_code: 3, reason: 'Error' },
    ]);
  });

  it('takes the first start of a container as that of the execution, even if no one saw it run', async () => {
    const { lease, execution } = await claimNew(stores);
    await stores.leases.recordJob(lease, 'job-uid', 'default');
    const first = new Date('2026-11-22T10:00:00Z');
    const ended = { startedAt: first, endedAt: first, exitCode: 3, reason: 'Error' };
    await stores.leases.record(lease, { attempts: [{ ...anAttempt('pod-1'), ...ended }] });
    await stores.leases.record(lease, { attempts: [{ ...anAttempt('pod-2'), startedAt: new Date() }] });
    await stores.leases.record(lease, { move: { status: 'POD_READY' } });
    expect(await rowOf(execution.id)).toMatchObject({ started_at: first });
  });

  it('remembers how attempts ended, and that they were disrupted', async () => {
    const { lease, execution } = await claimNew(stores);
    await stores.leases.record(lease, { attempts: [{ ...anAttempt('pod-1'), isDisrupted: true }] });
    const endedAt = new Date('2026-11-22T10:00:00Z');
    await stores.leases.record(lease, {
      attempts: [
        {
          ...anAttempt('pod-1'),
          ...{ endedAt, exitCode: 0, reason: 'interrupted' },
        },
      ],
    });
    const { attempts } = await claim(stores, execution.id);
    expect(attempts).toMatchObject([{ endedAt, exitCode: 0, reason: 'interrupted', isDisrupted: true }]);
  });

  it('lists the executions of a worker that are to be cancelled, and the live ones', async () => {
    const a = await claim(stores, (await claimNew(stores)).execution.id, 'lister');
    const b = await claim(stores, (await claimNew(stores)).execution.id, 'lister');
    await stores.executions.requestCancel(a.execution.id, 'ada@example.com');
    expect(await stores.leases.listCancelRequested([a.execution.id, b.execution.id])).toEqual([
      a.execution.id,
    ]);
    await stores.leases.recordJob(b.lease, 'uid-b', 'default');
    await stores.leases.end(a.lease, { status: 'CANCELLED', exitCode: null, reason: null });
    const listedAt = (ms: number) =>
      stores.leases.listLive([a.execution.id, b.execution.id, 42], new Date(ms));
    const live: [number, { jobUid: string | null }] = [b.execution.id, { jobUid: 'uid-b' }];
    expect(await listedAt(Date.now() + 60_000)).toEqual(new Map([live]));
    expect(await listedAt(Date.now() - 60_000)).toEqual(new Map([[a.execution.id, { jobUid: null }], live]));
  });
});

describe('the end', () => {
  const notificationsOf = (id: number) =>
    stores.query('select event from notification where execution_id = $1', [id]);

  it('is recorded once, with its event', async () => {
    const { lease, execution } = await claimRunning(stores);
    expect(
      await stores.leases.end(lease, { status: 'POD_FAILED', exitCode: 3, reason: 'exit code 3' }),
    ).toEqual({ admitted: [] });
    expect(await stores.leases.end(lease, done)).toBeNull();
    expect(await stores.executions.find(execution.id)).toMatchObject({
      status: 'POD_FAILED',
      exitCode: 3,
      reason: 'exit code 3',
    });
    expect(await notificationsOf(execution.id)).toHaveLength(1);
  });

  it('is either the outcome or the cancellation if both arrive at once', async () => {
    for (let i = 0; i < 40; i++) {
      const { lease, execution } = await claimRunning(stores);
      const [ended, cancelled] = await Promise.all([
        stores.leases.end(lease, done),
        stores.executions.requestCancel(execution.id, 'ada@example.com'),
      ]);
      expect(ended).not.toBeNull();
      expect(['requested', 'already_final']).toContain(cancelled.kind);
      expect((await stores.executions.find(execution.id))?.status).toBe('FINISHED');
      expect(await notificationsOf(execution.id)).toHaveLength(1);
    }
  });

  it('has one winner when a claim meets a cancel', async () => {
    const kinds = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const { execution } = await stores.executions.submit(aSubmission());
      const [claimed, cancelled] = await Promise.all([
        stores.leases.claim(execution.id, 'worker-1'),
        stores.executions.requestCancel(execution.id, 'ada@example.com'),
      ]);
      kinds.add(cancelled.kind);
      const status = (await stores.executions.find(execution.id))?.status;
      if (cancelled.kind === 'cancelled') expect([claimed, status]).toEqual([null, 'CANCELLED']);
      else {
        expect([cancelled.kind, status]).toEqual(['requested', 'RECEIVED']);
        if (!claimed) throw new Error('neither of the two won');
        expect(await stores.leases.recordJob(claimed.lease, 'job-uid', 'default')).toBe('cancel_requested');
      }
    }
    expect([...kinds].every((kind) => ['cancelled', 'requested'].includes(kind))).toBe(true);
  }, 30_000);

  it('never changes again', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.leases.end(lease, done);
    const before = await rowOf(execution.id);
    const { id } = execution;
    expect(await stores.leases.claim(id, 'worker-9')).toBeNull();
    expect(await stores.leases.recordJob(lease, 'job-uid', 'default')).toBe('fenced');
    expect(await stores.leases.record(lease, { move: { status: 'JOB_READY' } })).toBe(false);
    expect(await stores.leases.record(lease, { attempts: [anAttempt('pod-9')] })).toBe(false);
    for (const status of FINAL_STATUSES)
      expect(await stores.leases.end(lease, { ...done, status })).toBeNull();
    await stores.leases.release(lease);
    await stores.leases.noteSettled([lease]);
    expect(await stores.leases.isHeld(lease)).toBe(false);
    expect((await stores.logs.append([aBatch(lease, [aRow(1)])])).size).toBe(0);
    expect(await stores.executions.requestCancel(id, 'late@example.com')).toEqual({ kind: 'already_final' });
    await stores.stuck.markEnqueued([id]);
    await stores.stuck.admitWaiting(500);
    expect(await rowOf(id)).toEqual(before);
    expect(await stores.logs.read(id, 0)).toEqual([]);
  });

  it('is enforced by database constraints', async () => {
    const { execution } = await claimRunning(stores);
    const set = (columns: string) =>
      stores.query(`update execution set ${columns} where id = $1`, [execution.id]);
    await expect(set(`status = 'FINISHED'`)).rejects.toThrow(/execution_ended_is_final/);
    await expect(set('ended_at = now()')).rejects.toThrow(/execution_ended_is_final/);
    await expect(set(`status = 'DONE', ended_at = now()`)).rejects.toThrow(/execution_status/);
    await expect(set(`waiting_for = 'luck'`)).rejects.toThrow(/execution_waiting_for/);
  });

  it('names the user who requested the cancellation first, whoever ends the execution', async () => {
    const queued = (await stores.executions.submit(aSubmission())).execution.id;
    await stores.executions.requestCancel(queued, 'ada@example.com');
    const { lease, execution: running } = await claimRunning(stores);
    await stores.executions.requestCancel(running.id, 'ada@example.com');
    await stores.executions.requestCancel(running.id, 'bob@example.com');
    await stores.leases.end(lease, { status: 'CANCELLED', exitCode: null, reason: 'cancelled' });
    for (const id of [queued, running.id]) {
      expect(await stores.executions.find(id)).toMatchObject({
        status: 'CANCELLED',
        reason: 'cancelled by ada@example.com',
        cancelRequestedBy: 'ada@example.com',
      });
    }
  });

  it('keeps its own reason if it came before the cancel', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.executions.requestCancel(execution.id, 'ada@example.com');
    await stores.leases.end(lease, { status: 'POD_FAILED', exitCode: 3, reason: 'Error' });
    expect(await stores.executions.find(execution.id)).toMatchObject({ reason: 'Error' });
  });

  it('names no canceller if an earlier version recorded the request', async () => {
    const { lease, execution } = await claimRunning(stores);
    await stores.query('update execution set cancel_requested_at = now() where id = $1', [execution.id]);
    await stores.executions.requestCancel(execution.id, 'bob@example.com');
    await stores.leases.end(lease, { status: 'CANCELLED', exitCode: null, reason: 'cancelled' });
    expect(await stores.executions.find(execution.id)).toMatchObject({
      reason: 'cancelled',
      cancelRequestedBy: null,
    });
  });

  it('reports that there is nothing to cancel', async () => {
    expect(await stores.executions.requestCancel(1, 'ada@example.com')).toEqual({ kind: 'not_found' });
  });

  it('closes the log: a batch that waits for the row is not stored after it', async () => {
    const { lease, execution } = await claimRunning(stores);
    const batch: LogBatch = aBatch(lease, [aRow(1)]);
    const stored = await whileRowIsHeld(
      execution.id,
      `update execution set status = 'FINISHED', ended_at = now() where id = $1`,
      () => stores.logs.append([batch]),
    );
    expect(stored.size).toBe(0);
    expect(await stores.logs.read(execution.id, 0)).toEqual([]);
  });
});
