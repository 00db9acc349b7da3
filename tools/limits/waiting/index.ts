import { SCRIPT_PROC } from '../../../test/support/api-client.js';
import { expectStatus } from '../expect-status.js';
import type { LimitsSystem } from '../limits-system.js';
import type { Scenario } from '../scenario.js';
import { seconds } from '../timing.js';
import { Backlog, type BacklogSize } from './backlog.js';
import { cancelSome, checkEnqueued, fillUp, readWhileFull, loseRedis, runSome } from './checks.js';

interface Size extends BacklogSize {
  /** Executions that the gateway still accepts before it refuses. */
  missing: number;
  /** Executions that run at the end; the rest stays queued. */
  runs: number;
  cancels: number;
  reads: number;
}

const WORKER_CONCURRENCY = 50;

export const waiting: Scenario<Size> = {
  name: 'waiting',
  describe: ({ queueLimit }) =>
    `${queueLimit.toLocaleString('en')} executions are queued, and clients submit more`,
  full: {
    queueLimit: 100_000,
    userShare: 500,
    heavy: 50_000,
    limited: 2_000,
    otherUsers: 99,
    byGateway: 2_000,
    missing: 3_000,
    runs: 800,
    cancels: 1_000,
    reads: 100,
  },
  short: {
    queueLimit: 2_000,
    userShare: 20,
    heavy: 1_000,
    limited: 50,
    otherUsers: 60,
    byGateway: 140,
    missing: 200,
    runs: 60,
    cancels: 50,
    reads: 30,
  },
  system: (size) => ({
    workers: 0,
    env: {
      // The defaults of both are the full size.
      PROCTOR_QUEUE_LIMIT: String(size.queueLimit),
      PROCTOR_USER_SHARE: String(size.userShare),
      PROCTOR_WORKER_CONCURRENCY: String(WORKER_CONCURRENCY),
    },
  }),
  boundsMiB: { gateway: 500, scheduler: 450, 'executor-worker': 600, notifier: 300, Redis: 250 },
  run: async (system, size, findings) => {
    const backlog = await Backlog.create(system, size);
    const context = { system, backlog, findings };
    const startedAt = performance.now();
    await backlog.fill(size.missing);
    findings.figure('most of the backlog is created after', seconds(performance.now() - startedAt));
    await checkEnqueued(context);
    const scheduleId = await createSchedule(system);
    await fillUp(context, size.missing);
    await readWhileFull(context, size.reads, scheduleId);
    await loseRedis(context);
    await runSome(context, size.runs, WORKER_CONCURRENCY);
    await cancelSome(context, size.cancels);
  },
};

/** Creates a schedule that fires every second. */
async function createSchedule(system: LimitsSystem): Promise<number> {
  const schedule = { jobName: SCRIPT_PROC, args: { SCRIPT: 'true' }, tags: 'limits', cron: '* * * * * *' };
  const body = {
    ...schedule,
    notificationEmails: 'limits@example.com',
    group: 'proctor_admin',
    notifyOn: [],
  };
  const created = await expectStatus(await system.api.request('POST', '/schedule', body), 201);
  return (created as { id: number }).id;
}
