import { nextFireAt } from '@app/cron';
import {
  DueSchedulesStore,
  LogsStore,
  RetentionStore,
  ScheduleRecheckStore,
  SlowExecutionsStore,
  StuckExecutionsStore,
  WorkersStore,
  type Database,
} from '@app/database';
import type { Logger } from '@app/platform';
import type { ExecutionQueue } from '@app/queue';
import { ClockService } from './clock.service.js';
import type { SchedulerEnv } from './env.js';
import { FireSchedules } from './fire-schedules.js';
import { PruneHistory } from './prune-history.js';
import { SignalsController } from './signals.controller.js';
import { SweepStuck } from './sweep-stuck.js';

export interface SchedulerDependencies {
  env: SchedulerEnv;
  database: Database;
  /** One connection that nothing else uses. */
  tickDatabase: Database;
  queue: ExecutionQueue;
  installationId: string;
  logger: Logger;
}

/** Everything in a scheduler process. */
export function wireScheduler(dependencies: SchedulerDependencies) {
  const { env, database, tickDatabase, queue, installationId, logger } = dependencies;
  const { userShare, owners, recheckMinutes, retentionDays } = env;
  const stuck = new StuckExecutionsStore(database);
  const due = new DueSchedulesStore(tickDatabase, { installationId, userShare });
  const clock = new ClockService(
    {
      fireSchedules: new FireSchedules({ due, stuck, queue, owners, logger }),
      recheck: new ScheduleRecheckStore(database, nextFireAt),
      recheckMinutes,
      sweepStuck: new SweepStuck(stuck, new WorkersStore(database), queue, userShare),
      slow: new SlowExecutionsStore(database),
      logs: new LogsStore(database),
      pruneHistory:
        retentionDays === null ? null : new PruneHistory(new RetentionStore(database), retentionDays),
    },
    logger,
  );
  return { work: clock, signals: new SignalsController({ clock, installationId }) };
}
