import { SCRIPT_PROC } from '../../../test/support/api-client.js';
import { expectStatus, type LimitsSystem } from '../limits-system.js';
import type { Scenario } from '../scenario.js';
import { seconds } from '../timing.js';
import { Backlog, type BacklogSize } from './backlog.js';
import { cancelSome, checkEnqueued, fillUp, lookWhileFull, loseRedis, runSome } from './checks.js';

interface Size extends BacklogSize {
  /** How many the gateway has to accept before it refuses. */
  missing: number;
  /** How many run in the end; the rest is left. */
  runs: number;
  cancels: number;
  looks: number;
}

const WORKER_CONCURRENCY = 50;

export const waiting: Scenario<Size> = {
  name: 'waiting',
  describe: ({ queueLimit }) => `${queueLimit.toLocaleString('en')} executions wait, and more are asked for`,
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
    looks: 100,
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
  boundsMiB: { gateway: 500, scheduler: 450, 'executor-worker': 600, notifier: 300, Redis: 250 },
  run: async (system, size, findings) => {
    const backlog = await Backlog.create(system, size);
    const looked = { system, backlog, findings };
    const startedAt = performance.now();
    await backlog.fill(size.missing);
    findings.figure('most of them are there after', seconds(performance.now() - startedAt));
    await checkEnqueued(looked);
    const scheduleId = await createSchedule(system);
    await fillUp(looked, size.missing);
    await lookWhileFull(looked, size.looks, scheduleId);
    await loseRedis(looked);
    await runSome(looked, size.runs, WORKER_CONCURRENCY);
    await cancelSome(looked, size.cancels);
  },
};

/** It fires each second. */
async function createSchedule(system: LimitsSystem): Promise<number> {
  const schedule = { jobName: SCRIPT_PROC, args: { SCRIPT: 'true' }, tags: 'limits', cron: '* * * * * *' };
  const body = { ...schedule, notificationEmails: 'limits@example.com', group: 'proctor_admin' };
  const made = await expectStatus(await system.api.request('POST', '/schedule', body), 201);
  return (made as { id: number }).id;
}
