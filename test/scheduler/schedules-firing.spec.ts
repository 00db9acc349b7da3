import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { nextFireAt } from '@app/cron';
import {
  DueSchedulesStore,
  ScheduleRecheckStore,
  SchedulesStore,
  SignInsStore,
  SlowExecutionsStore,
  TicksStore,
  AccountsStore,
  GroupsStore,
  type NewSchedule,
} from '@app/database';
import { DEFAULT_SCHEDULE_POLICIES, plainArg, type Proc } from '@app/domain';
import { createLogger } from '@app/platform';
import { FireSchedules } from '../../apps/scheduler/src/fire-schedules.js';
import { anAttempt, aProc, claim, openStores, randomName, type Stores } from '../support/stores.js';

const OWNER = 'ada@example.org';
const USER_SHARE = 50;

let stores: Stores;
let schedules: SchedulesStore;
let ticks: TicksStore;
let fireSchedules: FireSchedules;
/** Ids that were added to the queue. */
const enqueued: number[] = [];
let isRedisAway = false;

beforeAll(async () => {
  stores = await openStores({ userShare: USER_SHARE });
  schedules = new SchedulesStore(stores.database, { nextFireAt, maxPerOwner: 1_000, userShare: USER_SHARE });
  ticks = new TicksStore(stores.database);
  const due = new DueSchedulesStore(stores.database, { installationId: 'test1', userShare: USER_SHARE });
  const queue = {
    add: async (ids: readonly number[]) => {
      if (isRedisAway) throw new Error('Redis is away');
      enqueued.push(...ids);
    },
  };
  const owners = { adminGroups: ['proctor_admin'], signInTrustHours: 24 };
  const logger = createLogger({ service: 'test', level: 'fatal' });
  fireSchedules = new FireSchedules({
    due,
    stuck: stores.stuck,
    queue,
    owners,
    logger,
  });
  await new AccountsStore(stores.database).create({
    email: OWNER,
    name: 'Ada',
    isService: false,
    groups: ['ops', 'dev'],
  });
});
afterAll(() => stores?.close());

beforeEach(async () => {
  // If a minute ended during a test, a tick that was due at its start would be late and followed by another.
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 5_000) await sleep(leftMs + 50);
  enqueued.length = 0;
  isRedisAway = false;
  await stores.query('delete from schedule');
  await stores.query(`update execution set status = 'CANCELLED', ended_at = now() where ended_at is null`);
});

async function create(changes: Partial<NewSchedule> = {}, proc: Partial<Proc> = {}): Promise<number> {
  const procName = changes.procName ?? randomName();
  if (!changes.procName) await stores.procs.register([aProc(procName, { args: [plainArg('A')], ...proc })]);
  const outcome = await schedules.create({
    procName,
    args: { A: '1' },
    secretArgs: null,
    argsHash: randomName(),
    tags: 'a',
    cron: '* * * * *',
    at: null,
    ...DEFAULT_SCHEDULE_POLICIES,
    notificationEmails: [OWNER],
    userEmail: OWNER,
    group: 'ops',
    enabled: true,
    ...changes,
  });
  if (outcome.kind !== 'created') throw new Error(outcome.kind);
  return outcome.schedule.id;
}

/** Makes the first unfired tick this old; whole minutes stay on the minute. */
async function setBack(id: number, minutes: number): Promise<Date> {
  const [row] = await stores.query<{ at: Date }>(
    `update schedule set next_fire_at = date_trunc('minute', now()) - make_interval(mins => $2)
     where id = $1 returning next_fire_at as at`,
    [id, minutes],
  );
  return row!.at;
}

const executionsOf = (id: number) =>
  stores.query<{ id: string; waiting_for: string | null; args: unknown; image: string; user_email: string }>(
    'select * from execution where schedule_id = $1 order by id',
    [id],
  );

const historyOf = async (id: number) =>
  (await ticks.list(id, { before: null, limit: 500 })).map(({ outcome, count, reason }) => ({
    outcome,
    count,
    reason,
  }));

/** Null: it had already ended. */
const end = async (executionId: number) => {
  const claimed = await stores.leases.claim(executionId, 'worker-1');
  return claimed && stores.leases.end(claimed.lease, { status: 'CANCELLED', exitCode: null, reason: null });
};

describe('a due tick', () => {
  it('starts one execution of the current proc, with its defaults, and enqueues it', async () => {
    const args = [plainArg('A'), plainArg('B', { default: 'two' })];
    const secretArgs = { TOKEN: { ciphertext: 'AAAA', keyId: 'k' } };
    const id = await create({ secretArgs }, { args: [...args, plainArg('TOKEN', { type: 'secret' })] });
    const fireAt = await setBack(id, 0);
    expect(await fireSchedules.fire()).toEqual({ schedules: 1, executions: 1, paused: 0 });
    const [execution, ...others] = await executionsOf(id);
    expect(others).toEqual([]);
    expect(execution).toMatchObject({
      args: { A: '1', B: 'two' },
      secret_args: secretArgs,
      user_email: OWNER,
      status: 'RECEIVED',
      waiting_for: null,
      job_name: `proctor-test1-${execution!.id}`,
      snapshot: { timeoutSeconds: null, retries: null },
    });
    expect(enqueued).toEqual([Number(execution!.id)]);
    const [tick] = await ticks.list(id, { before: null, limit: 1 });
    expect(tick).toMatchObject({ fireAt, outcome: 'fired', executionId: Number(execution!.id) });
    expect((await schedules.find(id))?.nextFireAt).toEqual(new Date(fireAt.getTime() + 60_000));
    expect(await fireSchedules.fire()).toEqual({ schedules: 0, executions: 0, paused: 0 });
  });

  it('starts one execution, however many schedulers poll and however often it is due', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => create()));
    const at = await setBack(ids[0]!, 0);
    for (let time = 0; time < 2; time++) {
      // The same tick again, though the minute may have changed.
      await stores.query('update schedule set next_fire_at = $2 where id = any($1)', [ids, at]);
      await Promise.all(Array.from({ length: 8 }, () => fireSchedules.fire()));
    }
    for (const id of ids) expect(await executionsOf(id)).toHaveLength(1);
    expect(new Set(enqueued).size).toBe(30);
    expect(enqueued).toHaveLength(30);
  });

  it('fires in one poll with hundreds of others', async () => {
    const id = await create();
    await stores.query(
      `insert into schedule (proc_name, args, args_hash, tags, cron, notification_emails, user_email, group_name)
       select proc_name, args, args_hash || n, 'many', cron, notification_emails, user_email, group_name
       from schedule, generate_series(1, 800) n where id = $1`,
      [id],
    );
    await stores.query(`update schedule set next_fire_at = now() where tags = 'many'`);
    expect(await fireSchedules.fire()).toEqual({ schedules: 800, executions: 800, paused: 0 });
  });

  it('fires without Redis; the sweep enqueues it', async () => {
    isRedisAway = true;
    const id = await create();
    await setBack(id, 0);
    await fireSchedules.fire();
    const [execution] = await executionsOf(id);
    expect(execution).toMatchObject({ enqueued_at: null, waiting_for: null });
    expect(await stores.stuck.listNotEnqueued(0, 10)).toEqual([Number(execution!.id)]);
  });

  it.each(['paused', 'removed'])('never fires if its schedule is %s', async (what) => {
    const id = await create();
    await setBack(id, 0);
    if (what === 'paused') await schedules.update(id, { enabled: false });
    else await schedules.remove(id);
    expect(await fireSchedules.fire()).toMatchObject({ schedules: 0, executions: 0 });
    expect(await executionsOf(id)).toEqual([]);
  });

  it('does not keep others from firing if its schedule is broken', async () => {
    const wrong = await create();
    await stores.query(`update schedule set cron = 'nonsense' where id = $1`, [wrong]);
    const right = await create();
    await Promise.all([setBack(wrong, 0), setBack(right, 0)]);
    expect(await fireSchedules.fire()).toEqual({ schedules: 2, executions: 1, paused: 1 });
    expect(await schedules.find(wrong)).toMatchObject({
      enabled: false,
      pausedReason: expect.stringMatching(/next run cannot be computed/) as unknown as string,
    });
  });
});

describe('a scheduler that was down for an hour', () => {
  it.each([
    [
      'skip',
      1,
      [
        { outcome: 'fired', count: 1 },
        { outcome: 'missed', count: 59 },
      ],
    ],
    ['once', 2, [{ outcome: 'fired' }, { outcome: 'fired' }, { outcome: 'missed', count: 58 }]],
  ] as const)('follows the misfire policy %s', async (misfire, executions, expected) => {
    const id = await create({ misfire, misfireGraceSeconds: 59 });
    await setBack(id, 59);
    expect(await fireSchedules.fire()).toMatchObject({ executions });
    expect(await historyOf(id)).toMatchObject(expected.map((each) => expect.objectContaining(each)));
  });

  it('follows the misfire policy all', async () => {
    const id = await create({ misfire: 'all' });
    // More ticks than one transaction takes of one schedule.
    const first = await setBack(id, 150);
    await fireSchedules.fire();
    const fired = await ticks.list(id, { before: null, limit: 500 });
    expect(fired.map(({ fireAt }) => fireAt.getTime())).toEqual(
      Array.from({ length: fired.length }, (_, n) => first.getTime() + (fired.length - 1 - n) * 60_000),
    );
    expect(fired.length).toBeGreaterThanOrEqual(151);
    expect(await executionsOf(id)).toHaveLength(fired.length);
  });
});

describe('a one-shot schedule', () => {
  it('fires once, is then disabled, and allows a new schedule with the same args', async () => {
    const at = new Date(Date.now() + 3_600_000);
    const id = await create({ cron: '', at, argsHash: 'one' });
    expect(await schedules.find(id)).toMatchObject({ nextFireAt: at });
    await stores.query(
      `update schedule set at = now() - interval '1 second', next_fire_at = now() - interval '1 second'`,
    );
    expect(await fireSchedules.fire()).toMatchObject({ executions: 1 });
    const done = await schedules.find(id);
    expect(done).toMatchObject({ enabled: false, pausedReason: 'It ran once.', nextFireAt: null });
    const again = await create({ cron: '', at, argsHash: 'one', procName: done!.procName });
    expect(await schedules.update(id, { enabled: true })).toEqual({ kind: 'never' });
    expect(await schedules.update(id, { enabled: true, at })).toEqual({ kind: 'duplicate' });
    expect(await schedules.update(id, { at })).toMatchObject({
      schedule: { enabled: false, pausedReason: null },
    });
    await schedules.remove(again);
    expect(await schedules.update(id, { enabled: true, at })).toMatchObject({
      kind: 'updated',
      schedule: { nextFireAt: at, enabled: true, pausedReason: null },
    });
  });
});

describe('blackouts', () => {
  it('drop the ticks in them; weekly ones follow the wall clock of the time zone', async () => {
    const [{ now } = { now: new Date() }] = await stores.query<{ now: Date }>('select now() as now');
    const hour = 3_600_000;
    const once = {
      kind: 'once' as const,
      from: new Date(now.getTime() - hour),
      until: new Date(now.getTime() + hour),
    };
    const tokyo = new Date(now.getTime() + 9 * hour).toISOString().slice(11, 13);
    const until = new Date(now.getTime() + 10 * hour).toISOString().slice(11, 13);
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    const weekly = { kind: 'weekly' as const, days, from: `${tokyo}:00`, until: `${until}:00` };
    const [a, b, c] = [
      await create({ blackouts: [once] }),
      await create({ blackouts: [weekly], timeZone: 'Asia/Tokyo' }),
      await create({ blackouts: [weekly] }),
    ];
    for (const id of [a, b, c]) await setBack(id, 0);
    expect(await fireSchedules.fire()).toMatchObject({ schedules: 3, executions: 1 });
    expect(await historyOf(a)).toMatchObject([{ outcome: 'blacked_out' }]);
    expect(await historyOf(b)).toMatchObject([{ outcome: 'blacked_out' }]);
    expect(await historyOf(c)).toMatchObject([{ outcome: 'fired' }]);
  });
});

describe('overlap', () => {
  const next = async (id: number) => {
    await stores.query(
      `update schedule set next_fire_at = date_trunc('minute', now()) - interval '20 minutes' + make_interval(mins => (
         select count(*)::int from schedule_tick where schedule_id = $1)), misfire = 'all' where id = $1`,
      [id],
    );
    // One tick only.
    await stores.query(`update schedule set cron = '0 0 1 1 *' where id = $1`, [id]);
    await fireSchedules.fire();
  };

  it('allow fires alongside the previous execution', async () => {
    const id = await create({ overlap: 'allow' });
    for (let n = 0; n < 3; n++) await next(id);
    expect((await executionsOf(id)).map(({ waiting_for }) => waiting_for)).toEqual([null, null, null]);
  });

  it('skip drops ticks until the previous execution has ended', async () => {
    const id = await create({ overlap: 'skip' });
    await next(id);
    await next(id);
    const [first] = await executionsOf(id);
    await end(Number(first!.id));
    await next(id);
    expect(await historyOf(id)).toMatchObject([
      { outcome: 'fired' },
      { outcome: 'overlapped', reason: 'the previous execution had not ended' },
      { outcome: 'fired' },
    ]);
  });

  it('queue admits executions one by one, in order, and queues at most ten', async () => {
    const id = await create({ overlap: 'queue' });
    for (let n = 0; n < 12; n++) await next(id);
    const runs = await executionsOf(id);
    expect(runs.map(({ waiting_for }) => waiting_for)).toEqual([null, ...Array<string>(10).fill('overlap')]);
    expect((await historyOf(id))[0]).toMatchObject({ outcome: 'overlapped' });
    for (let n = 0; n < 10; n++) {
      const ended = await end(Number(runs[n]!.id));
      expect(ended).toEqual({ admitted: [Number(runs[n + 1]!.id)] });
      const live = await stores.query(
        'select 1 from execution where schedule_id = $1 and ended_at is null and waiting_for is null',
        [id],
      );
      expect(live).toHaveLength(1);
    }
    expect(await end(Number(runs[10]!.id))).toEqual({ admitted: [] });
  });

  it('queue neither loses nor repeats an execution under concurrent ticks, ends, cancels and sweeps', async () => {
    const id = await create({ overlap: 'queue' });
    let running = 0;
    let ended = 0;
    for (let round = 0; round < 40; round++) {
      await Promise.all([
        next(id),
        (async () => {
          const live = await stores.query<{ id: string }>(
            'select id from execution where schedule_id = $1 and ended_at is null and waiting_for is null',
            [id],
          );
          running = Math.max(running, live.length);
          for (const each of live) if (await end(Number(each.id))) ended += 1;
        })(),
        stores.stuck.admitWaiting(USER_SHARE),
        (async () => {
          if (round % 5 !== 4) return;
          const [waiter] = await stores.query<{ id: string }>(
            `select id from execution where schedule_id = $1 and ended_at is null order by id desc limit 1`,
            [id],
          );
          if (waiter) await stores.executions.requestCancel(Number(waiter.id), 'ada@example.com');
        })(),
      ]);
    }
    expect(running).toBe(1);
    expect(ended).toBeGreaterThan(10);
    await stores.stuck.admitWaiting(USER_SHARE);
    const left = (await executionsOf(id)).filter((each) => !(each as { ended_at?: Date }).ended_at);
    if (left.length > 0) expect(left.filter(({ waiting_for }) => waiting_for === null)).toHaveLength(1);
  }, 60_000);

  it('queue: removing the schedule cancels its waiting executions', async () => {
    const id = await create({ overlap: 'queue' });
    await next(id);
    await next(id);
    const [first, second] = await executionsOf(id);
    await schedules.remove(id);
    expect(await executionsOf(id)).toMatchObject([{ status: 'RECEIVED' }, { status: 'CANCELLED' }]);
    expect(await end(Number(first!.id))).toEqual({ admitted: [] });
    const events = await stores.query('select 1 from notification where execution_id = $1', [second!.id]);
    expect(events).toHaveLength(1);
  });
});

describe('admission of ticks', () => {
  it('waits for a slot if the proc is at its limit', async () => {
    const procName = randomName();
    await stores.procs.register([
      aProc(procName, { args: [plainArg('A')], concurrency: { limit: 2, whenFull: 'queue' } }),
    ]);
    const ids = await Promise.all(Array.from({ length: 5 }, () => create({ procName })));
    await Promise.all(ids.map((id) => setBack(id, 0)));
    await Promise.all([fireSchedules.fire(), fireSchedules.fire(), fireSchedules.fire()]);
    const waiting = await stores.query(
      'select waiting_for from execution where proc_name = $1 order by waiting_for',
      [procName],
    );
    expect(waiting.map((each) => each['waiting_for'])).toEqual(['slot', 'slot', 'slot', null, null]);
    expect(enqueued).toHaveLength(2);
  });

  it('refuses a tick if the proc says so, without pausing the schedule', async () => {
    const concurrency = { limit: 1, whenFull: 'refuse' as const };
    const id = await create({ misfire: 'all' }, { concurrency });
    await setBack(id, 1);
    await fireSchedules.fire();
    expect(await historyOf(id)).toMatchObject([
      {
        outcome: 'refused',
        reason: expect.stringMatching(/is at its limit of 1 concurrent/) as unknown as string,
      },
      { outcome: 'fired' },
    ]);
    expect(await schedules.find(id)).toMatchObject({ enabled: true, pausedReason: null });
  });

  it("counts against the owner's share", async () => {
    const id = await create({ misfire: 'all' });
    await setBack(id, USER_SHARE + 9);
    await fireSchedules.fire();
    const runs = await executionsOf(id);
    expect(runs.filter(({ waiting_for }) => waiting_for === null)).toHaveLength(USER_SHARE);
    expect(runs.filter(({ waiting_for }) => waiting_for === 'share').length).toBeGreaterThanOrEqual(10);
  });
});

describe('the owner', () => {
  const closed = { authorizedGroups: ['ops', 'dev'] };
  const fireFor = async (userEmail: string, proc: Partial<Proc> = closed) => {
    const id = await create({ userEmail }, proc);
    await setBack(id, 0);
    await fireSchedules.fire();
    const [tick] = await historyOf(id);
    const schedule = await schedules.find(id);
    return { id, outcome: tick?.outcome, enabled: schedule?.enabled, reason: schedule?.pausedReason };
  };
  const refusal = (pattern: RegExp) => ({
    outcome: 'refused',
    enabled: false,
    reason: expect.stringMatching(pattern) as unknown as string,
  });

  it('may be in all groups of the proc, or an admin', async () => {
    expect(await fireFor(OWNER)).toMatchObject({ outcome: 'fired', enabled: true });
    const accounts = new AccountsStore(stores.database);
    const account = { email: 'root@example.org', name: '', isService: false, groups: ['proctor_admin'] };
    await accounts.create(account);
    expect(await fireFor(account.email)).toMatchObject({ outcome: 'fired' });
  });

  it('who is unknown, in too few groups or deactivated is refused and notified', async () => {
    const accounts = new AccountsStore(stores.database);
    await accounts.create({ email: 'few@example.org', name: '', isService: false, groups: ['ops'] });
    await accounts.create({ email: 'off@example.org', name: '', isService: false, groups: ['ops', 'dev'] });
    await accounts.update('off@example.org', { active: false }, []);
    const unknown = await fireFor('nobody@example.org');
    expect(unknown).toMatchObject(refusal(/not known to Proctor/));
    expect(await fireFor('few@example.org')).toMatchObject(refusal(/not in all groups .*ops, dev/));
    expect(await fireFor('off@example.org')).toMatchObject(refusal(/no longer active/));
    expect(await fireFor('nobody@example.org', {})).toMatchObject(refusal(/not known to Proctor/));
    const audit = await stores.query('select * from audit_event where subject = $1', [String(unknown.id)]);
    expect(audit).toMatchObject([
      {
        actor: 'scheduler',
        action: 'pauseSchedule',
        allowed: false,
        details: { owner: 'nobody@example.org' },
      },
    ]);
    const events = await stores.query('select * from notification where schedule_id = $1', [unknown.id]);
    expect(events).toMatchObject([{ event: 'schedule_paused', details: { reason: unknown.reason } }]);
    expect(await executionsOf(unknown.id)).toEqual([]);
  });

  it('of a plugin is allowed while the last sign-in is recent enough', async () => {
    const signIns = new SignInsStore(stores.database);
    const user = { email: 'plug@example.org', name: 'P', active: true, groups: ['ops', 'dev'] };
    await signIns.note(user, 'oidc');
    expect(await fireFor(user.email)).toMatchObject({ outcome: 'fired' });
    await signIns.note({ ...user, groups: ['ops'] }, 'oidc');
    expect(await fireFor(user.email)).toMatchObject(refusal(/not in all groups/));
    await signIns.note({ ...user, active: false }, 'oidc');
    expect(await fireFor(user.email)).toMatchObject(refusal(/no longer active/));
    await signIns.note(user, 'oidc');
    await stores.query(`update sign_in set seen_at = now() - interval '25 hours'`);
    expect(await fireFor(user.email)).toMatchObject(refusal(/not signed in for 24 hours/));
    await signIns.note(user, 'oidc');
    expect(await fireFor(user.email)).toMatchObject({ outcome: 'fired' });
  });

  it('whose account is removed or deactivated has all schedules paused', async () => {
    const accounts = new AccountsStore(stores.database);
    await accounts.create({ email: 'leaver@example.org', name: '', isService: false, groups: ['ops'] });
    const [a, b] = [await create({ userEmail: 'leaver@example.org' }), await create()];
    const off = await accounts.update('leaver@example.org', { active: false }, []);
    expect(off).toMatchObject({ kind: 'updated', pausedSchedules: 1 });
    expect(await schedules.find(a)).toMatchObject({ enabled: false, nextFireAt: null });
    expect(await schedules.find(b)).toMatchObject({ enabled: true });
    await accounts.update('leaver@example.org', { active: true }, []);
    await schedules.update(a, { enabled: true });
    expect(await schedules.find(a)).toMatchObject({ enabled: true, pausedReason: null });
    expect(await accounts.remove('leaver@example.org', [])).toBe('removed');
    expect(await schedules.find(a)).toMatchObject({ pausedReason: "Its owner's account was removed." });
  });

  it('does not keep a group whose name is its label', async () => {
    const groups = new GroupsStore(stores.database);
    await groups.create('named', '');
    const id = await create({ group: 'named' });
    expect(await groups.remove('named')).toBe('removed');
    expect(await schedules.find(id)).toMatchObject({ group: 'named', enabled: true });
  });
});

describe('a proc that has changed', () => {
  it.each([
    ['an arg is gone', [], {}, /"A" is not an arg/],
    [
      'an arg is required',
      [plainArg('A'), plainArg('B', { required: true })],
      {},
      /Argument "B" is required/,
    ],
    ['an arg has another type', [plainArg('A', { type: 'boolean' })], {}, /must be true or false/],
    ['an arg has become secret', [plainArg('A', { type: 'secret' })], {}, /A/],
    ['a secret arg is gone', [plainArg('A')], { T: { ciphertext: 'AAAA', keyId: 'k' } }, /"T" is not an arg/],
  ])('pauses its schedules if %s', async (_name, args, secretArgs, reason) => {
    const id = await create({ secretArgs: Object.keys(secretArgs).length > 0 ? secretArgs : null });
    const schedule = await schedules.find(id);
    await stores.procs.register([aProc(schedule!.procName, { args })]);
    await setBack(id, 0);
    expect(await fireSchedules.fire()).toMatchObject({ executions: 0, paused: 1 });
    expect(await schedules.find(id)).toMatchObject({
      enabled: false,
      pausedReason: expect.stringMatching(reason) as unknown as string,
    });
    expect(await historyOf(id)).toMatchObject([{ outcome: 'refused' }]);
  });

  it('runs in its current version', async () => {
    const id = await create();
    const { procName } = (await schedules.find(id))!;
    await stores.procs.register([aProc(procName, { args: [plainArg('A')], imageName: 'proctor/new:2' })]);
    await setBack(id, 0);
    await fireSchedules.fire();
    expect(await executionsOf(id)).toMatchObject([{ image: 'proctor/new:2', proc_revision: 2 }]);
  });
});

describe('changes of a schedule', () => {
  it('move the next tick only if the timing changes', async () => {
    const id = await create({ cron: '0 0 1 1 *' });
    const due = await setBack(id, 0);
    expect(await schedules.update(id, { tags: 'b' })).toMatchObject({ schedule: { nextFireAt: due } });
    const moved = await schedules.update(id, { cron: '30 12 * * *', timeZone: 'Asia/Kolkata' });
    expect(moved).toMatchObject({ kind: 'updated' });
    const { nextFireAt: next } = (await schedules.find(id))!;
    expect(next!.toISOString().slice(11)).toBe('07:00:00.000Z');
    await schedules.update(id, { enabled: false });
    expect(await schedules.find(id)).toMatchObject({ nextFireAt: null });
    await schedules.update(id, { enabled: true });
    expect(await schedules.find(id)).toMatchObject({ nextFireAt: next });
  });
});

describe('the re-check', () => {
  it('corrects the next tick of an older version, a changed time zone or a changed table', async () => {
    const recheck = new ScheduleRecheckStore(stores.database, nextFireAt);
    const [old, moved, right, paused, due] = await Promise.all(
      Array.from({ length: 5 }, () => create({ cron: '0 12 * * *', timeZone: 'Europe/Berlin' })),
    );
    const expected = (await schedules.find(right!))!.nextFireAt;
    await stores.query('update schedule set next_fire_at = null where id = $1', [old]);
    await stores.query(`update schedule set next_fire_at = next_fire_at + interval '1 hour' where id = $1`, [
      moved,
    ]);
    await schedules.update(paused!, { enabled: false });
    const dueAt = await setBack(due!, 1);
    expect(await recheck.recheck(2)).toEqual({ corrected: 2, unclear: [] });
    for (const id of [old!, moved!, right!]) expect((await schedules.find(id))!.nextFireAt).toEqual(expected);
    expect((await schedules.find(paused!))!.nextFireAt).toBeNull();
    expect((await schedules.find(due!))!.nextFireAt).toEqual(dueAt);
    expect(await recheck.recheck()).toEqual({ corrected: 0, unclear: [] });
    await stores.query(`update schedule set cron = 'x', next_fire_at = null where id = $1`, [old]);
    expect(await recheck.recheck()).toMatchObject({ corrected: 0, unclear: [{ id: old }] });
  });
});

describe('events of executions', () => {
  const eventsOf = async (id: number) =>
    (
      await stores.query<{ event: string }>(
        'select event from notification where execution_id = $1 order by event',
        [id],
      )
    ).map(({ event }) => event);
  const start = async (executionId: number) => {
    const { lease } = await claim(stores, executionId);
    await stores.leases.recordJob(lease, 'uid', 'default');
    for (const podUid of ['pod-1', 'pod-1', 'pod-2']) {
      await stores.leases.record(lease, { attempts: [{ ...anAttempt(podUid), startedAt: new Date() }] });
    }
    await stores.leases.record(lease, { move: { status: 'POD_READY' } });
    return lease;
  };

  it('report a start once, if someone subscribed to it', async () => {
    const wanted = await create({ notifyOn: ['start'] });
    const unwanted = await create({ notifyOn: ['success'] });
    for (const id of [wanted, unwanted]) await setBack(id, 0);
    await fireSchedules.fire();
    const [a] = await executionsOf(wanted);
    const [b] = await executionsOf(unwanted);
    await start(Number(a!.id));
    await start(Number(b!.id));
    expect(await eventsOf(Number(a!.id))).toEqual(['started']);
    expect(await eventsOf(Number(b!.id))).toEqual([]);
  });

  it('report a slow execution once', async () => {
    const slow = new SlowExecutionsStore(stores.database);
    const id = await create({ cron: '* * * * *', misfire: 'all' });
    await setBack(id, 6);
    await fireSchedules.fire();
    const runs = (await executionsOf(id)).map((each) => Number(each.id));
    for (const run of runs) await start(run);
    const [late, quick, ...before] = runs as [number, number, ...number[]];
    for (const run of before.slice(0, 4)) {
      await stores.query(
        `update execution set status = 'FINISHED', started_at = now() - interval '300 s', ended_at = now() - interval '200 s' where id = $1`,
        [run],
      );
    }
    const back = (run: number, seconds: number) =>
      stores.query(`update execution set started_at = now() - make_interval(secs => $2) where id = $1`, [
        run,
        seconds,
      ]);
    await back(late, 205);
    await back(quick, 195);
    expect(await slow.recordSlow()).toBe(0);
    await stores.query(
      `update execution set status = 'FINISHED', started_at = now() - interval '300 s', ended_at = now() - interval '200 s' where id = $1`,
      [before[4]],
    );
    expect(await slow.recordSlow()).toBe(1);
    expect(await slow.recordSlow()).toBe(0);
    expect(await eventsOf(late)).toEqual(['slow']);
    expect(await eventsOf(quick)).toEqual([]);
  });
});
