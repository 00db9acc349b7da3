import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { WorkersStore } from '@app/database';
import { ExecutionConsumer, type RedisSettings } from '@app/queue';
import { WorkerHeartbeat } from './worker-heartbeat.js';
import { ExecutionHandler } from './run-execution.js';
import { JobSweep } from './sweep-jobs.js';
import type { WorkerContext } from './worker-context.js';

/** Starts and stops, in the right order, what a worker process consists of. */
export class WorkerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly running: ExecutionHandler;
  private readonly keepWatch: WorkerHeartbeat;
  private readonly jobSweep: JobSweep;
  private consumer: ExecutionConsumer | null = null;

  constructor(
    private readonly context: WorkerContext,
    private readonly workers: WorkersStore,
    private readonly consume: { redis: RedisSettings; concurrency: number },
  ) {
    this.running = new ExecutionHandler(context);
    this.keepWatch = new WorkerHeartbeat(context, workers, this.running);
    this.jobSweep = new JobSweep(context);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { settings, runner, log } = this.context;
    await runner.start();
    this.keepWatch.start();
    this.jobSweep.start();
    this.consumer = new ExecutionConsumer({
      ...this.consume,
      installationId: settings.installationId,
      handle: (executionId, lease, signal) => this.running.handle(executionId, lease, signal),
      onError: (error) => log.warn({ err: error }, 'queue'),
    });
    log.info({ workerId: settings.workerId, concurrency: this.consume.concurrency }, 'taking executions');
  }

  requestCancel(installationId: string, executionId: number): void {
    if (installationId !== this.context.settings.installationId) return;
    this.running.followers.get(executionId)?.requestCancel();
  }

  /** Throws if Redis does not answer. */
  pingQueue(): Promise<void> {
    return this.context.queue.ping();
  }

  /** Throws while the watches on the cluster are not established. */
  async checkCluster(): Promise<void> {
    if (!this.context.runner.isConnected()) throw new Error('the watches on Kubernetes are not established');
  }

  /** Hands everything over first, while all that the followers need is still there. */
  async beforeApplicationShutdown(): Promise<void> {
    const { settings, runner, logWriter, queue, news, notifications, log } = this.context;
    await this.consumer?.stop();
    this.keepWatch.stop();
    await this.jobSweep.stop();
    logWriter.close();
    await runner.close();
    await this.workers
      .remove(settings.workerId)
      .catch((error: unknown) => log.warn({ err: error }, 'worker row stays'));
    news.close();
    notifications.close();
    await queue.close();
  }
}
