import type { WorkersStore } from '@app/database';
import type { Work } from '@app/microservice';
import { ExecutionConsumer, type RedisSettings, type SignalPayload, type SignalSender } from '@app/queue';
import { AnswerJobChecks } from './answer-job-checks.js';
import { ExecutionHandler } from './run-execution.js';
import { JobSweep } from './sweep-jobs.js';
import type { WorkerContext } from './worker-context.js';
import { WorkerHeartbeat } from './worker-heartbeat.js';

export interface WorkerServiceOptions {
  context: WorkerContext;
  workers: WorkersStore;
  signals: Pick<SignalSender, 'claim' | 'answer'>;
  redis: RedisSettings;
  /** Executions that this process follows at the same time. */
  concurrency: number;
}

/** The work of a worker process: takes executions, follows them, keeps its heartbeat, sweeps finished Jobs. */
export class WorkerService implements Work {
  private readonly handler: ExecutionHandler;
  private readonly heartbeat: WorkerHeartbeat;
  private readonly jobSweep: JobSweep;
  private readonly jobChecks: AnswerJobChecks;
  private consumer: ExecutionConsumer | null = null;

  constructor(private readonly options: WorkerServiceOptions) {
    const { context, workers, signals } = options;
    this.handler = new ExecutionHandler(context);
    this.heartbeat = new WorkerHeartbeat(context, workers, this.handler);
    this.jobSweep = new JobSweep(context);
    this.jobChecks = new AnswerJobChecks({ ...context, signals });
  }

  async start(): Promise<void> {
    const { context, redis, concurrency } = this.options;
    const { settings, cluster, log } = context;
    await cluster.start();
    this.heartbeat.start();
    this.jobSweep.start();
    this.consumer = new ExecutionConsumer({
      redis,
      concurrency,
      installationId: settings.installationId,
      handle: (executionId, lease, signal) => this.handler.handle(executionId, lease, signal),
      onError: (error) => log.warn({ err: error }, 'queue'),
    });
    log.info({ workerId: settings.workerId, concurrency }, 'taking executions');
  }

  requestCancel(installationId: string, executionId: number): void {
    if (installationId !== this.options.context.settings.installationId) return;
    this.handler.followers.get(executionId)?.requestCancel();
  }

  answerJobCheck(question: SignalPayload<'jobCheck'>): void {
    void this.jobChecks.answer(question);
  }

  /** Throws if Redis does not answer. */
  pingQueue(): Promise<void> {
    return this.options.context.queue.ping();
  }

  /** Throws while the watches on the cluster are not connected. */
  async checkCluster(): Promise<void> {
    const problems = this.options.context.cluster.problems();
    if (problems.length > 0) {
      throw new Error(`the watches on Kubernetes are not connected in ${problems.join(', ')}`);
    }
  }

  /** Hands all executions over first, while everything the followers need is still open. */
  async stop(): Promise<void> {
    const { settings, log } = this.options.context;
    await this.consumer?.stop();
    await this.jobSweep.stop();
    this.heartbeat.stop();
    await this.options.workers
      .remove(settings.workerId)
      .catch((err: unknown) => log.warn({ err }, 'could not remove the row of this worker'));
  }
}
