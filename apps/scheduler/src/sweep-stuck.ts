import type { StuckExecutionsStore, WorkersStore } from '@app/database';
import type { ExecutionQueue } from '@app/queue';
import { MAX_ROUND_MS, repeatStep } from './repeat-step.js';

/** How long the process that accepted an execution has to enqueue it. */
const ACCEPTED_GRACE_SECONDS = 3;
/** A worker without a heartbeat for this long (it sends one every 4 s) counts as gone. */
const SILENT_SECONDS = 15;
const WORKER_RETENTION_SECONDS = 3_600;
const IDEMPOTENCY_KEY_HOURS = 24;
const PAGE = 500;
/** Pages of never enqueued executions per sweep, so that other work is not delayed after an outage of Redis. */
const MAX_PAGES = 20;
/** A full pass runs this often even without a sign of lost entries. */
const FULL_PASS_EVERY_MS = 5 * 60_000;

export interface SweepReport {
  requeued: number;
  admitted: number;
  wasFullPass: boolean;
}

/**
 * Finds executions that should be in the queue and are not, and adds them: Postgres is the source of truth, Redis may
 * lose data. Any number of replicas may sweep at once: adding an existing entry has no effect.
 */
export class SweepStuck {
  private lastFullPassAtMs = 0;

  constructor(
    private readonly stuck: StuckExecutionsStore,
    private readonly workers: WorkersStore,
    private readonly queue: ExecutionQueue,
    private readonly userShare: number,
  ) {}

  /** @param nowMs monotonic. @throws while Postgres or Redis is down; the next sweep does the work */
  async sweep(nowMs: number): Promise<SweepReport> {
    const admitted = await this.stuck.admitWaiting(this.userShare);
    const wasFullPass = await this.fullPassIfNeeded(nowMs);
    let requeued = 0;
    requeued += await this.requeueNeverEnqueued();
    requeued += await this.requeue(await this.stuck.listOfSilentWorkers(SILENT_SECONDS, PAGE));
    await this.requeue(admitted);
    return { requeued, admitted: admitted.length, wasFullPass };
  }

  /** Housekeeping that is not urgent. */
  async deleteOld(): Promise<void> {
    await this.workers.deleteSilent(WORKER_RETENTION_SECONDS);
    await repeatStep(performance.now() + MAX_ROUND_MS, PAGE, (max) =>
      this.stuck.deleteIdempotencyKeys(IDEMPOTENCY_KEY_HOURS, max),
    );
  }

  private async fullPassIfNeeded(nowMs: number): Promise<boolean> {
    const isDue = this.lastFullPassAtMs === 0 || nowMs - this.lastFullPassAtMs > FULL_PASS_EVERY_MS;
    if (!isDue && !(await this.queue.mayHaveLostEntries())) return false;
    // Read before the pass: if Redis restarts meanwhile, the next sweep makes another full pass.
    const runId = await this.queue.readRunId();
    for (let afterId = 0; ;) {
      const page = await this.stuck.listAdmitted(afterId, PAGE);
      await this.requeue(page);
      afterId = page.at(-1) ?? 0;
      if (page.length < PAGE) break;
    }
    await this.queue.markFullPass(runId);
    this.lastFullPassAtMs = nowMs;
    return true;
  }

  private async requeueNeverEnqueued(): Promise<number> {
    let requeued = 0;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await this.stuck.listNotEnqueued(ACCEPTED_GRACE_SECONDS, PAGE);
      requeued += await this.requeue(page);
      if (page.length < PAGE) break;
    }
    return requeued;
  }

  private async requeue(executionIds: readonly number[]): Promise<number> {
    if (executionIds.length === 0) return 0;
    const missing = await this.queue.addMissing(executionIds);
    await this.stuck.markEnqueued(executionIds);
    return missing;
  }
}
