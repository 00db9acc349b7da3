import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { schedule, type ScheduledTask } from 'node-cron';
import type { LogsStore } from '@app/database';
import type { Logger } from '@app/platform';
import type { SweepStuck } from './sweep-stuck.js';

/** The scheduler's recurring work. A task that is still busy is not started a second time. */
export class ClockService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tasks: ScheduledTask[] = [];
  private readonly busy = new Map<string, Promise<void>>();

  constructor(
    private readonly sweepStuck: SweepStuck,
    private readonly logs: LogsStore,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.every('*/2 * * * * *', 'sweep', async () => {
      const report = await this.sweepStuck.sweep(performance.now());
      if (report.requeued > 0 || report.admitted > 0) this.logger.info(report, 'swept stuck executions');
    });
    this.every('17 * * * *', 'housekeeping', async () => {
      await this.sweepStuck.forgetOld();
      await this.logs.ensurePartitions();
    });
    this.run('housekeeping', async () => {
      await this.logs.ensurePartitions();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const task of this.tasks) await task.stop();
    await Promise.allSettled(this.busy.values());
  }

  private every(cron: string, name: string, work: () => Promise<void>): void {
    this.tasks.push(schedule(cron, () => this.run(name, work)));
  }

  private run(name: string, work: () => Promise<void>): void {
    if (this.busy.has(name)) return;
    const ended = work()
      .catch((error: unknown) =>
        this.logger.warn({ err: error, task: name }, 'will be done at the next turn'),
      )
      .finally(() => this.busy.delete(name));
    this.busy.set(name, ended);
  }
}
