import { setTimeout as sleep } from 'node:timers/promises';
import { SCRIPT_PROC, until } from '../../../test/support/api-client.js';
import { atOnce } from '../at-once.js';
import { expectStatus, type LimitsSystem } from '../limits-system.js';
import type { Findings } from '../scenario.js';
import { describeTimes, quantile, seconds, timesOf } from '../timing.js';
import { SUBMITTERS, type Backlog } from './backlog.js';
import { countQueued, redisCommand } from './redis.js';

/** What the count of the backlog may be behind. */
const COUNT_IS_BEHIND_MS = 4_000;

/** What a check looks at, and where it says what it found. */
export interface Looked {
  system: LimitsSystem;
  backlog: Backlog;
  findings: Findings;
}

/** Everything that only waits for a worker is in the queue, however long Redis was away. */
export async function checkEnqueued({ system, backlog, findings }: Looked): Promise<void> {
  const startedAt = performance.now();
  const waiting = await backlog.count('ended_at is null and waiting_for is null');
  await until(
    async () => (await countQueued(system)) >= waiting,
    180_000,
    () => 'all to be enqueued',
  );
  const tookMs = performance.now() - startedAt;
  findings.checkTime(
    'the sweep enqueues what nobody has',
    tookMs,
    120_000,
    `${waiting} in ${seconds(tookMs)}`,
  );
}

/** Submits until the queue is full, and a while longer. */
export async function fillUp({ backlog, findings }: Looked, missing: number): Promise<void> {
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
    backlog.strange.length === 0,
    backlog.strange[0] ?? `${backlog.refused} got 429`,
  );
  const waits = await backlog.count();
  const { queueLimit } = backlog.size;
  const most = queueLimit + (perSecond * COUNT_IS_BEHIND_MS) / 1_000;
  findings.check(
    'the backlog ends where it should',
    waits >= queueLimit && waits <= most && backlog.refused > 0,
    `${waits} wait, the limit is ${queueLimit}, counted every 2 s`,
  );
}

/** Whoever only looks, or cancels, notices nothing of the queue; clients that were refused keep coming. */
export async function lookWhileFull(looked: Looked, times: number, scheduleId: number): Promise<void> {
  const { system, backlog, findings } = looked;
  const hammering = hammer(backlog);
  // Of the first half: some of the others are cancelled later.
  const some = (at: number) => backlog.accepted[Math.floor(((at / times) * backlog.accepted.length) / 2)]!;
  const { api } = system;
  const get = async (path: string, client = api) => expectStatus(await client.request('GET', path), 200);
  const looks = {
    status: (at: number) => api.status(some(at)),
    history: () => get('/execution?limit=50'),
    'history of one user': () => get('/execution?limit=50', backlog.heavy),
    'history by status': () => get('/execution?limit=50&status=RECEIVED'),
    cancel: async (at: number) => expectStatus(await api.cancel(some(at)), 200),
    metrics: () => fetch(`${api.url}/metrics`).then((reply) => reply.text()),
  };
  for (const [what, look] of Object.entries(looks)) {
    const took = await timesOf(times, look);
    findings.checkTime(`${what} answers within 1 s`, quantile(took, 0.99), 1_000, describeTimes(took));
  }
  await checkTicks(looked, scheduleId);
  await hammering.stop();
  findings.check(
    'whoever comes again while it is full gets 429',
    backlog.strange.length === 0,
    backlog.strange[0] ?? 'yes',
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

/** Ticks are accepted, each second, although the queue is full. */
async function checkTicks({ system, findings }: Looked, scheduleId: number): Promise<void> {
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

/** The longest queue that has to be made again. */
export async function loseRedis({ system, backlog, findings }: Looked): Promise<void> {
  // Of those that were cancelled the queue still has entries.
  const live = await backlog.count('ended_at is null and waiting_for is null');
  const startedAt = performance.now();
  await redisCommand(system, 'flushall');
  await until(
    async () => (await countQueued(system)) >= live,
    180_000,
    () => 'the queue to be made again',
  );
  const tookMs = performance.now() - startedAt;
  findings.checkTime(
    'a flushed Redis is filled again',
    tookMs,
    120_000,
    `${live} entries in ${seconds(tookMs)}`,
  );
}

/** @param count how many run */
export async function runSome(
  { system, backlog, findings }: Looked,
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
    () => `${count} to have run`,
  );
  const tookMs = performance.now() - startedAt;
  findings.figure('run', `${count} in ${seconds(tookMs)} (${(count / (tookMs / 1_000)).toFixed(1)}/s)`);
  findings.check(
    'who has 50 % of the queue holds nobody up for longer than a share',
    firstOfOthersAfter !== null && firstOfOthersAfter <= backlog.size.userShare + 2 * workerConcurrency,
    `the first of somebody else ended after ${firstOfOthersAfter} of theirs`,
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

export async function cancelSome({ system, backlog, findings }: Looked, count: number): Promise<void> {
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
    'the rest can be cancelled while others run',
    row?.n === chosen.length && [...statuses].join() === '200',
    `${row?.n} of ${chosen.length} in ${seconds(tookMs)}; answers ${[...statuses].join(', ')}`,
  );
}
