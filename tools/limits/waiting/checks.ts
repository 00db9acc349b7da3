import { setTimeout as sleep } from 'node:timers/promises';
import { SCRIPT_PROC, until } from '../../../test/support/api-client.js';
import { atOnce } from '../at-once.js';
import { expectStatus } from '../expect-status.js';
import type { LimitsSystem } from '../limits-system.js';
import type { Findings } from '../scenario.js';
import { describeTimes, quantile, seconds, timesOf } from '../timing.js';
import { SUBMITTERS, type Backlog } from './backlog.js';
import { countQueued, redisCommand } from './redis.js';

/** The maximum age of the gateway's backlog count. */
const MAX_COUNT_AGE_MS = 4_000;

/** What a check examines, and where it reports. */
export interface CheckContext {
  system: LimitsSystem;
  backlog: Backlog;
  findings: Findings;
}

/** Checks that the sweep enqueues every execution that only waits for a worker. */
export async function checkEnqueued({ system, backlog, findings }: CheckContext): Promise<void> {
  const startedAt = performance.now();
  const waiting = await backlog.count('ended_at is null and waiting_for is null');
  await untilQueued(system, waiting, 'all executions to be enqueued');
  const tookMs = performance.now() - startedAt;
  const took = `${waiting} in ${seconds(tookMs)}`;
  findings.checkTime('the sweep enqueues what is missing in Redis', tookMs, 120_000, took);
}

/** Submits until the queue is full, and for a while longer. */
export async function fillUp({ backlog, findings }: CheckContext, missing: number): Promise<void> {
  const startedAt = performance.now();
  const before = backlog.accepted.length;
  let firstRefusalAt: number | null = null;
  await atOnce(2 * missing + 20 * SUBMITTERS, SUBMITTERS, async (at) => {
    if (backlog.refused >= 10 * SUBMITTERS) return;
    if (await backlog.submit(backlog.other(at))) return;
    firstRefusalAt ??= performance.now();
    await sleep(100);
  });
  const tookMs = (firstRefusalAt ?? performance.now()) - startedAt;
  const accepted = backlog.accepted.length - before;
  const perSecond = accepted / (tookMs / 1_000);
  findings.figure('accepted', `${accepted} in ${seconds(tookMs)} (${Math.round(perSecond)}/s)`);
  findings.check(
    'each is accepted or gets 429 with Retry-After',
    backlog.unexpected.length === 0,
    backlog.unexpected[0] ?? `${backlog.refused} got 429`,
  );
  const waits = await backlog.count();
  const { queueLimit } = backlog.size;
  const max = queueLimit + (perSecond * MAX_COUNT_AGE_MS) / 1_000;
  findings.check(
    'the backlog stops at its limit',
    waits >= queueLimit && waits <= max && backlog.refused > 0,
    `${waits} queued; the limit is ${queueLimit}, counted every 2 s`,
  );
}

/** Checks that reads and cancels stay fast while the queue is full and refused clients keep retrying. */
export async function readWhileFull(context: CheckContext, times: number, scheduleId: number): Promise<void> {
  const { system, backlog, findings } = context;
  const hammering = hammer(backlog);
  // From the first half: some of the second half are cancelled later.
  const some = (at: number) => backlog.accepted[Math.floor(((at / times) * backlog.accepted.length) / 2)]!;
  const { api } = system;
  const get = async (path: string, client = api) => expectStatus(await client.request('GET', path), 200);
  const requests = {
    status: (at: number) => api.status(some(at)),
    history: () => get('/execution?limit=50'),
    'history of one user': () => get('/execution?limit=50', backlog.heavy),
    'history by status': () => get('/execution?limit=50&status=RECEIVED'),
    cancel: async (at: number) => expectStatus(await api.cancel(some(at)), 200),
    metrics: () => fetch(`${api.url}/metrics`).then((reply) => reply.text()),
  };
  for (const [what, request] of Object.entries(requests)) {
    const took = await timesOf(times, request);
    findings.checkTime(`${what} answers within 1 s`, quantile(took, 0.99), 1_000, describeTimes(took));
  }
  await checkTicks(context, scheduleId);
  await hammering.stop();
  findings.check(
    'retries while it is full get 429',
    backlog.unexpected.length === 0,
    backlog.unexpected[0] ?? 'yes',
  );
}

function hammer(backlog: Backlog): { stop(): Promise<void> } {
  let isOver = false;
  const loops = Array.from({ length: 4 }, async (_, at) => {
    while (!isOver) {
      await backlog.submit(backlog.other(at));
      await sleep(200);
    }
  });
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

/** Checks that ticks are accepted every second although the queue is full. */
async function checkTicks({ system, findings }: CheckContext, scheduleId: number): Promise<void> {
  await sleep(5_000);
  const ticks = await system.query<{ fire_at: Date; late: number; outcome: string; id: string | null }>(
    `select fire_at, extract(epoch from decided_at - fire_at)::float8 as late, outcome, execution_id as id
     from schedule_tick where schedule_id = $1 order by fire_at`,
    [scheduleId],
  );
  const [first, last] = [ticks[0], ticks.at(-1)];
  const spanSeconds = first && last ? (last.fire_at.getTime() - first.fire_at.getTime()) / 1_000 + 1 : 0;
  const fired = ticks.filter(({ outcome, id }) => outcome === 'fired' && id !== null).length;
  const late = quantile(ticks.map((tick) => tick.late * 1_000).slice(-30), 1);
  findings.check(
    'no tick of a schedule is dropped',
    spanSeconds > 5 && fired === spanSeconds,
    `${fired} fired in ${spanSeconds} s`,
  );
  findings.checkTime('ticks are on time', late, 3_000, `at most ${seconds(late)} late while full`);
}

/** Flushes Redis while the queue is at its longest. */
export async function loseRedis({ system, backlog, findings }: CheckContext): Promise<void> {
  // The queue also still has entries of cancelled executions.
  const live = await backlog.count('ended_at is null and waiting_for is null');
  const startedAt = performance.now();
  await redisCommand(system, 'flushall');
  await untilQueued(system, live, 'the queue to be rebuilt');
  const tookMs = performance.now() - startedAt;
  const took = `${live} entries in ${seconds(tookMs)}`;
  findings.checkTime('the queue is rebuilt after a flush', tookMs, 120_000, took);
}

async function untilQueued(system: LimitsSystem, count: number, what: string): Promise<void> {
  await until(
    async () => (await countQueued(system)) >= count,
    180_000,
    () => what,
  );
}

/** Starts a worker, and checks the order in which executions run. @param count how many run */
export async function runSome(
  { system, backlog, findings }: CheckContext,
  count: number,
  workerConcurrency: number,
): Promise<void> {
  const startedAt = performance.now();
  await system.startWorker();
  const { email } = backlog.heavy.identity;
  let firstOfOthersAfter: number | null = null;
  await until(
    async () => {
      const [row] = await system.query<{ heavy: number; others: number }>(
        `select count(*) filter (where user_email = $1)::int as heavy,
           count(*) filter (where user_email <> $1)::int as others
         from execution where status = 'FINISHED'`,
        [email],
      );
      if (row && row.others > 0) firstOfOthersAfter ??= row.heavy;
      return row !== undefined && row.heavy + row.others >= count;
    },
    300_000,
    () => `${count} executions to finish`,
  );
  const tookMs = performance.now() - startedAt;
  findings.figure('run', `${count} in ${seconds(tookMs)} (${(count / (tookMs / 1_000)).toFixed(1)}/s)`);
  findings.check(
    'a user with 50 % of the queue delays others by at most a share',
    firstOfOthersAfter !== null && firstOfOthersAfter <= backlog.size.userShare + 2 * workerConcurrency,
    `the first execution of another user ended after ${firstOfOthersAfter} of that user`,
  );
  const [overtaken] = await system.query<{ n: number }>(
    `select count(*)::int as n from execution
     where ended_at is null and waiting_for is null and admitted_at < created_at + interval '1 second'
       and lease_epoch = 0 and id < (
         select max(id) from execution
         where status = 'FINISHED' and user_email <> $1 and schedule_id is null and proc_name = $2)
       and user_email <> $1 and schedule_id is null and proc_name = $2`,
    [email, SCRIPT_PROC],
  );
  findings.check(
    'first come, first served',
    (overtaken?.n ?? 0) <= 2 * workerConcurrency,
    `${overtaken?.n} overtaken`,
  );
}

export async function cancelSome({ system, backlog, findings }: CheckContext, count: number): Promise<void> {
  const chosen = backlog.accepted.slice(-count);
  const startedAt = performance.now();
  const statuses = new Set<number>();
  await atOnce(chosen.length, SUBMITTERS, async (at) => {
    const reply = await system.api.cancel(chosen[at]!);
    statuses.add(reply.status);
    await reply.text();
  });
  const tookMs = performance.now() - startedAt;
  const [row] = await system.query<{ n: number }>(
    `select count(*)::int as n from execution where id = any($1) and status = 'CANCELLED'`,
    [chosen],
  );
  findings.check(
    'queued executions can be cancelled while others run',
    row?.n === chosen.length && [...statuses].join() === '200',
    `${row?.n} of ${chosen.length} in ${seconds(tookMs)}; answers ${[...statuses].join(', ')}`,
  );
}
