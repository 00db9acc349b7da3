import { schedule, type ScheduledTask } from 'node-cron';
import type { LogsStore, ScheduleRecheckStore, SlowExecutionsStore } from '@app/database';
import type { Work } from '@app/microservice';
import type { Logger } from '@app/platform';
import type { FireSchedules } from './fire-schedules.js';
import type { PruneHistory } from './prune-history.js';
import type { SweepStuck } from './sweep-stuck.js';

export interface ClockTasks {
  fireSchedules: FireSchedules;
  recheck: ScheduleRecheckStore;
  recheckMinutes: number;
  sweepStuck: SweepStuck;
  slow: SlowExecutionsStore;
  logs: LogsStore;
  /** Null: no retention time is set. */
  pruneHistory: PruneHistory | null;
}

/** The scheduler's recurring tasks. A task that is still running is not started again. */
export class ClockService implements Work {
  private readonly tasks: ScheduledTask[] = [];
  private readonly busy = new Map<string, Promise<void>>();
  private isStopping = false;
  private minutes = 0;

  constructor(
    private readonly work: ClockTasks,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const { fireSchedules, sweepStuck, slow, logs, pruneHistory, recheckMinutes } = this.work;
    fireSchedules.warmUp();
    this.every('* * * * * *', 'fire', () => this.fire());
    // In odd seconds: most schedules fire in even ones.
    this.every('1-59/2 * * * * *', 'sweep', async () => {
      const report = await sweepStuck.sweep(performance.now());
      if (report.requeued > 0 || report.admitted > 0) this.logger.info(report, 'swept stuck executions');
    });
    this.every('7 * * * * *', 'recheck', async () => {
      this.minutes += 1;
      if (this.minutes % recheckMinutes === 0) await this.recheck();
    });
    this.every('23 * * * * *', 'slow', async () => {
      const events = await slow.recordSlow();
      if (events > 0) this.logger.info({ events }, 'executions are slower than usual');
    });
    if (pruneHistory) this.every('41 * * * * *', 'prune', () => this.prune(pruneHistory));
    this.every('17 * * * *', 'housekeeping', async () => {
      await logs.ensurePartitions();
      await sweepStuck.deleteOld();
    });
    this.run('housekeeping', async () => {
      await logs.ensurePartitions();
    });
    this.run('recheck', () => this.recheck());
  }

  /** Fires immediately, because a schedule has changed. */
  fireNow(): void {
    this.run('fire', () => this.fire());
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    for (const task of this.tasks) await task.stop();
    await Promise.allSettled(this.busy.values());
  }

  private async fire(): Promise<void> {
    const report = await this.work.fireSchedules.fire();
    if (report.schedules > 0) this.logger.debug(report, 'schedules fired');
    if (report.paused > 0) this.logger.warn({ paused: report.paused }, 'schedules were paused');
  }

  private async recheck(): Promise<void> {
    const { corrected, unclear } = await this.work.recheck.recheck();
    if (corrected > 0) this.logger.info({ corrected }, 'corrected the next ticks of schedules');
    if (unclear.length > 0) {
      this.logger.warn({ count: unclear.length, first: unclear.slice(0, 10) }, 'some schedules cannot fire');
    }
  }

  private async prune(pruneHistory: PruneHistory): Promise<void> {
    const report = await pruneHistory.prune();
    if (Object.values(report).some((count) => count > 0)) this.logger.info(report, 'pruned the history');
  }

  private every(cron: string, name: string, work: () => Promise<void>): void {
    this.tasks.push(schedule(cron, () => this.run(name, work)));
  }

  private run(name: string, work: () => Promise<void>): void {
    if (this.isStopping || this.busy.has(name)) return;
    const ended = work()
      .catch((error: unknown) =>
        this.logger.warn({ err: error, task: name }, 'a task failed and will run again'),
      )
      .finally(() => this.busy.delete(name));
    this.busy.set(name, ended);
  }
}
