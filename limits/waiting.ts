import { setTimeout as sleep } from 'node:timers/promises';
import { SCRIPT_PROC, until, type ApiClient } from '../test/support/api-client.js';
import { atOnce } from './at-once.js';
import { expectStatus, type LimitsSystem } from './limits-system.js';
import type { Findings, Scenario } from './scenario.js';
import { describeTimes, quantile, seconds, timesOf } from './timing.js';

interface Size {
  /** `PROCTOR_QUEUE_LIMIT` */
  queueLimit: number;
  /** `PROCTOR_USER_SHARE` */
  userShare: number;
  /** Of one user, before all others. */
  heavy: number;
  /** Of a proc that runs once at a time. */
  limited: number;
  otherUsers: number;
  /** How many run in the end; the rest is left. */
  runs: number;
  cancels: number;
  looks: number;
}

const SUBMITTERS = 24;
const WORKER_CONCURRENCY = 50;
const LIMITED_PROC = 'one-at-a-time';
/** What the count of the backlog may be behind. */
const COUNT_IS_BEHIND_MS = 4_000;

export const waiting: Scenario<Size> = {
  name: 'waiting',
  describe: ({ queueLimit }) => `${queueLimit.toLocaleString('en')} executions wait, and more are asked for`,
  full: {
    queueLimit: 100_000,
    userShare: 500,
    heavy: 50_000,
    limited: 2_000,
    otherUsers: 99,
    runs: 800,
    cancels: 1_000,
    looks: 100,
  },
  short: {
    queueLimit: 2_000,
    userShare: 20,
    heavy: 1_000,
    limited: 50,
    otherUsers: 60,
    runs: 60,
    cancels: 50,
    looks: 30,
  },
  system: (size) => ({
    workers: 0,
    env: {
      // The full size is the default of both.
      PROCTOR_QUEUE_LIMIT: String(size.queueLimit),
      PROCTOR_USER_SHARE: String(size.userShare),
      PROCTOR_WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
    },
  }),
  boundsMiB: { gateway: 400, scheduler: 300, 'executor-worker': 300, notifier: 250, Redis: 250 },
  run: async (system, size, findings) => {
    const load = new Load(system, size, findings);
    await load.fill();
    await load.lookWhileFull();
    await load.loseRedis();
    await load.runSome();
    await load.cancelSome();
  },
};

interface Accepted {
  id: number;
  user: string;
}

class Load {
  private readonly accepted: Accepted[] = [];
  private refused = 0;
  private strange: string[] = [];
  private users: ApiClient[] = [];
  private scheduleId = 0;

  constructor(
    private readonly system: LimitsSystem,
    private readonly size: Size,
    private readonly findings: Findings,
  ) {}

  /** Submits until the queue is full, and a while longer. */
  async fill(): Promise<void> {
    const { system, size, findings } = this;
    const heavy = await system.createUser('heavy');
    this.users = [heavy];
    for (let n = 1; n <= size.otherUsers; n++) this.users.push(await system.createUser(`user-${n}`));
    await system.api.registerScriptProc({ concurrency: { limit: 1, when_full: 'queue' } }, LIMITED_PROC);
    const schedule = { jobName: SCRIPT_PROC, args: { SCRIPT: 'true' }, tags: 'limits', cron: '* * * * * *' };
    const body = { ...schedule, notificationEmails: 'limits@example.com', group: 'proctor_admin' };
    const made = await expectStatus(await system.api.request('POST', '/schedule', body), 201);
    this.scheduleId = (made as { id: number }).id;

    const startedAt = performance.now();
    await atOnce(size.heavy, SUBMITTERS, () => this.submit(heavy));
    await atOnce(size.limited, SUBMITTERS, (at) => this.submit(this.other(at), LIMITED_PROC));
    // In turns, so that each of them has the share of one user at most.
    let firstRefusalAt: number | null = null;
    const most = size.queueLimit + 20 * SUBMITTERS;
    await atOnce(most, SUBMITTERS, async (at) => {
      if (this.refused >= 10 * SUBMITTERS) return;
      if (await this.submit(this.other(at))) return;
      firstRefusalAt ??= performance.now();
      await sleep(100);
    });
    const tookMs = (firstRefusalAt ?? performance.now()) - startedAt;
    const perSecond = this.accepted.length / (tookMs / 1_000);
    findings.figure('accepted', `${this.accepted.length} in ${seconds(tookMs)} (${Math.round(perSecond)}/s)`);
    findings.check(
      'each is accepted or gets 429 with Retry-After',
      this.strange.length === 0,
      this.strange[0] ?? `${this.refused} got 429`,
    );
    const [row] = await system.query<{ n: number }>(
      'select count(*)::int as n from execution where ended_at is null',
    );
    const waits = row?.n ?? 0;
    const overMost = (perSecond * COUNT_IS_BEHIND_MS) / 1_000;
    findings.check(
      'the backlog ends where it should',
      waits >= size.queueLimit && waits <= size.queueLimit + overMost && this.refused > 0,
      `${waits} wait, the limit is ${size.queueLimit}, counted every 2 s`,
    );
  }

  /** Whoever only looks, or cancels, notices nothing of the queue; clients that were refused keep coming. */
  async lookWhileFull(): Promise<void> {
    const { system, size, findings, accepted } = this;
    const hammering = this.hammer();
    const some = (at: number) => accepted[Math.floor((at / size.looks) * accepted.length)]!.id;
    const { api } = system;
    const get = async (path: string, client = api) => expectStatus(await client.request('GET', path), 200);
    const looks = {
      status: (at: number) => api.status(some(at)),
      history: () => get('/execution?limit=50'),
      'history of one user': () => get('/execution?limit=50', this.users[0]),
      'history by status': () => get('/execution?limit=50&status=RECEIVED'),
      cancel: async (at: number) => expectStatus(await api.cancel(some(at)), 200),
      metrics: () => fetch(`${api.url}/metrics`).then((reply) => reply.text()),
    };
    for (const [what, look] of Object.entries(looks)) {
      const times = await timesOf(size.looks, look);
      findings.check(`${what} answers within 1 s`, quantile(times, 0.99) < 1_000, describeTimes(times));
    }
    await this.checkTicks();
    await hammering.stop();
    findings.check(
      'whoever comes again while it is full gets 429',
      this.strange.length === 0,
      this.strange[0] ?? 'yes',
    );
  }

  private hammer(): { stop(): Promise<void> } {
    let isOver = false;
    const loops = Array.from({ length: 4 }, async (_, at) => {
      while (!isOver) {
        await this.submit(this.other(at));
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
  private async checkTicks(): Promise<void> {
    await sleep(5_000);
    const ticks = await this.system.query<{
      fire_at: Date;
      late: number;
      outcome: string;
      id: string | null;
    }>(
      `select fire_at, extract(epoch from decided_at - fire_at)::float8 as late, outcome, execution_id as id
       from schedule_tick where schedule_id = $1 order by fire_at`,
      [this.scheduleId],
    );
    const [first, last] = [ticks[0], ticks.at(-1)];
    const spanSeconds = first && last ? (last.fire_at.getTime() - first.fire_at.getTime()) / 1_000 + 1 : 0;
    const fired = ticks.filter(({ outcome, id }) => outcome === 'fired' && id !== null).length;
    const late = quantile(ticks.map((tick) => tick.late * 1_000).slice(-30), 1);
    this.findings.check(
      'no tick of a schedule is dropped',
      spanSeconds > 5 && fired === spanSeconds,
      `${fired} fired in ${spanSeconds} s`,
    );
    this.findings.check('ticks are on time', late < 3_000, `at most ${seconds(late)} late while full`);
  }

  /** The longest queue that has to be made again. */
  async loseRedis(): Promise<void> {
    const { system, findings } = this;
    const queued = () => countQueued(system);
    // Of those that were cancelled the queue still has entries.
    const [row] = await system.query<{ n: number }>(
      'select count(*)::int as n from execution where ended_at is null and waiting_for is null',
    );
    const live = row?.n ?? 0;
    const startedAt = performance.now();
    await redisCommand(system, 'flushall');
    await until(
      async () => (await queued()) >= live,
      180_000,
      () => 'the queue to be made again',
    );
    const tookMs = performance.now() - startedAt;
    findings.check(
      'a flushed Redis is filled again',
      tookMs < 120_000,
      `${live} entries in ${seconds(tookMs)}`,
    );
  }

  async runSome(): Promise<void> {
    const { system, size, findings } = this;
    const startedAt = performance.now();
    await system.startWorker();
    let firstOfOthersAfter: number | null = null;
    const [heavy] = this.users;
    await until(
      async () => {
        const [row] = await system.query<{ heavy: number; others: number }>(
          `select count(*) filter (where user_email = $1)::int as heavy,
             count(*) filter (where user_email <> $1)::int as others
           from execution where status = 'FINISHED'`,
          [heavy!.identity.email],
        );
        if (row && row.others > 0) firstOfOthersAfter ??= row.heavy;
        return row !== undefined && row.heavy + row.others >= size.runs;
      },
      300_000,
      () => `${size.runs} to have run`,
    );
    const tookMs = performance.now() - startedAt;
    findings.figure(
      'run',
      `${size.runs} in ${seconds(tookMs)} (${(size.runs / (tookMs / 1_000)).toFixed(1)}/s)`,
    );
    findings.check(
      'who has 50 % of the queue holds nobody up for longer than a share',
      firstOfOthersAfter !== null && firstOfOthersAfter <= size.userShare + 2 * WORKER_CONCURRENCY,
      `the first of somebody else ended after ${firstOfOthersAfter} of theirs`,
    );
    const [overtaken] = await system.query<{ n: number }>(
      `select count(*)::int as n from execution
       where ended_at is null and waiting_for is null and admitted_at < created_at + interval '1 second'
         and lease_epoch = 0 and id < (
           select max(id) from execution
           where status = 'FINISHED' and user_email <> $1 and schedule_id is null and proc_name = $2)
         and user_email <> $1 and schedule_id is null and proc_name = $2`,
      [heavy!.identity.email, SCRIPT_PROC],
    );
    findings.check(
      'first come, first served',
      (overtaken?.n ?? 0) <= 2 * WORKER_CONCURRENCY,
      `${overtaken?.n} overtaken`,
    );
  }

  async cancelSome(): Promise<void> {
    const { system, size, findings, accepted } = this;
    const chosen = accepted.slice(-size.cancels);
    const startedAt = performance.now();
    const statuses = new Set<number>();
    await atOnce(chosen.length, SUBMITTERS, async (at) => {
      const reply = await system.api.cancel(chosen[at]!.id);
      statuses.add(reply.status);
      await reply.text();
    });
    const tookMs = performance.now() - startedAt;
    const [row] = await system.query<{ n: number }>(
      `select count(*)::int as n from execution where id = any($1) and status = 'CANCELLED'`,
      [chosen.map(({ id }) => id)],
    );
    findings.check(
      'the rest can be cancelled while others run',
      row?.n === chosen.length && [...statuses].join() === '200',
      `${row?.n} of ${chosen.length} in ${seconds(tookMs)}; answers ${[...statuses].join(', ')}`,
    );
  }

  private other(at: number): ApiClient {
    return this.users[1 + (at % this.size.otherUsers)]!;
  }

  /** True if it was accepted. */
  private async submit(client: ApiClient, name = SCRIPT_PROC): Promise<boolean> {
    const reply = await client.request('POST', '/execution', { name, args: { SCRIPT: 'true' } });
    const text = await reply.text();
    if (reply.status === 201) {
      const { id } = JSON.parse(text) as { id: number };
      this.accepted.push({ id, user: client.identity.email });
      return true;
    }
    const retryAfter = Number(reply.headers.get('retry-after'));
    if (reply.status === 429 && retryAfter > 0) this.refused += 1;
    else this.strange.push(`${reply.status}, Retry-After ${reply.headers.get('retry-after')}: ${text}`);
    return false;
  }
}

async function redisCommand(system: LimitsSystem, ...words: [string, ...string[]]): Promise<unknown> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(system.redis.port, '127.0.0.1');
  try {
    return await redis.call(...words);
  } finally {
    redis.disconnect();
  }
}

async function countQueued(system: LimitsSystem): Promise<number> {
  const [row] = await system.query<{ id: string }>('select id from installation');
  return Number(await redisCommand(system, 'llen', `proctor-${row?.id}:executions:wait`));
}
