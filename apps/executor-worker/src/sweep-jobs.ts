import { LOCK_DURATION_MS } from '@app/queue';
import type { JobView, Runner } from '@app/runner';
import { CREATE_TIMEOUT_MS } from './launch-job.js';
import { discardPods } from './stop-run.js';
import type { WorkerContext } from './worker-context.js';

/** A Job stays at least this long after its end, so that a worker that was cut off sees that the run is over. */
export const TOMBSTONE_MS = LOCK_DURATION_MS + CREATE_TIMEOUT_MS + 5_000;
const SWEEP_INTERVAL_MS = 10_000;
const PAGE = 500;
/** Deletes in flight at once. */
const MAX_DELETES = 8;

/**
 * Removes the Jobs of this installation some time after they ended if their execution is over or unknown. Every worker does
 * so, each from its own watch; a Job that is already gone is no error.
 */
export class JobSweep {
  private timer: NodeJS.Timeout | null = null;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(private readonly context: WorkerContext) {}

  start(): void {
    // Random, so that workers that started together do not sweep together.
    const intervalMs = SWEEP_INTERVAL_MS * (0.75 + Math.random() / 2);
    this.timer = setInterval(() => {
      this.sweeping = this.sweeping
        .then(() => this.sweep(new Date()))
        .catch((error: unknown) => {
          this.context.log.warn({ err: error }, 'could not sweep Jobs');
        });
    }, intervalMs);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.sweeping;
  }

  async sweep(now: Date): Promise<void> {
    const { cluster, log } = this.context;
    for (const runner of cluster.runners()) {
      const { namespace } = runner;
      await this.sweepNamespace(runner, now).catch((err: unknown) => {
        log.warn({ err, namespace }, 'could not sweep the Jobs of a namespace');
      });
    }
  }

  private async sweepNamespace(runner: Runner, now: Date): Promise<void> {
    const { leases, log } = this.context;
    // Kubernetes may mark a Job as finished after its execution has ended (ADR 0004).
    const before = new Date(now.getTime() - TOMBSTONE_MS);
    const old = runner.listJobs().filter((job) => ageMs(job, now) > TOMBSTONE_MS);
    for (let first = 0; first < old.length; first += PAGE) {
      const page = old.slice(first, first + PAGE);
      const live = await leases.listLive(
        page.map(({ executionId }) => Number(executionId)).filter(Number.isSafeInteger),
        before,
      );
      const over = page.filter((job) => !belongsToLive(job, live));
      for (let i = 0; i < over.length; i += MAX_DELETES) {
        await Promise.all(over.slice(i, i + MAX_DELETES).map((job) => remove(runner, job)));
      }
      if (over.length > 0) log.debug({ jobs: over.length }, 'swept Jobs of executions that are over');
    }
  }
}

async function remove(runner: Runner, job: JobView): Promise<void> {
  // A finalizer may keep it, and the worker that deleted its pods may have failed.
  if (job.isBeingDeleted) await discardPods(job, { runner, retried: (call) => call() });
  else await runner.deleteJob(job);
}

function ageMs({ finished, createdAt }: JobView, now: Date): number {
  return now.getTime() - (finished?.at ?? createdAt).getTime();
}

/** A live execution without a recorded Job may be about to record this one. */
function belongsToLive(job: JobView, live: ReadonlyMap<number, { jobUid: string | null }>): boolean {
  const execution = live.get(Number(job.executionId));
  return execution !== undefined && (execution.jobUid === null || execution.jobUid === job.jobUid);
}
