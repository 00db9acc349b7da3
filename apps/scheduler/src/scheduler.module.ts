import { Module, type DynamicModule } from '@nestjs/common';
import { LogsStore, StuckExecutionsStore, WorkersStore, type Database } from '@app/database';
import type { Logger } from '@app/platform';
import type { ExecutionQueue } from '@app/queue';
import { ClockService } from './clock.service.js';
import { SweepStuck } from './sweep-stuck.js';

export interface SchedulerParts {
  database: Database;
  queue: ExecutionQueue;
  userShare: number;
  logger: Logger;
}

/** All that exists in a scheduler process. */
@Module({})
export class SchedulerModule {
  static register({ database, queue, userShare, logger }: SchedulerParts): DynamicModule {
    const sweep = new SweepStuck(
      new StuckExecutionsStore(database),
      new WorkersStore(database),
      queue,
      userShare,
    );
    const clock = new ClockService(sweep, new LogsStore(database), logger);
    return { module: SchedulerModule, providers: [{ provide: ClockService, useValue: clock }] };
  }
}
