import type { StuckExecutionsStore, WorkersStore } from '@app/database';
import type { ExecutionQueue } from '@app/queue';
import { MAX_TURN_MS, repeatStep } from './repeat-step.js';

/** An accepted row is given this long to be enqueued by the gateway that accepted it. */
const ACCEPTED_GRACE_SECONDS = 3;
/** A worker that was not heard of for this long (its heartbeat comes every 4 s) counts as gone. */
const SILENT_SECONDS = 15;
const FORGET_WORKER_SECONDS = 3_600;
const FORGET_KEY_HOURS = 24;
const PAGE = 500;
/** Of what was accepted while Redis was away, in one sweep: the others wait for it. */
const MAX_PAGES = 20;
/** Even without a sign of loss, everything is looked at now and then. */
const FULL_PASS_EVERY_MS = 5 * 60_000;

export interface SweepReport {
  requeued: number;
  admitted: number;
  wasFullPass: boolean;
}

/**
 * Finds executions that should be in the queue and are not, and puts them there: Postgres is what is true, Redis may forget.
 * Any number of replicas may sweep at once: adding an entry that is there does nothing.
 */
export class SweepStuck {
  private lastFullPassAtMs = 0;

  constructor(
    private readonly stuck: StuckExecutionsStore,
    private readonly workers: WorkersStore,
    private readonly queue: ExecutionQueue,
    private readonly userShare: number,
  ) {}

  /** @param nowMs monotonic. @throws while Postgres or Redis is away; the next sweep does the work */
  async sweep(nowMs: number): Promise<SweepReport> {
    const admitted = await this.stuck.admitWaiting(this.userShare);
    const wasFullPass = await this.fullPassIfNeeded(nowMs);
    let requeued = 0;
    requeued += await this.requeueNeverEnqueued();
    requeued += await this.requeue(await this.stuck.listOfSilentWorkers(SILENT_SECONDS, PAGE));
    await this.requeue(admitted);
    return { requeued, admitted: admitted.length, wasFullPass };
  }

  /** Housekeeping that need not be quick. */
  async forgetOld(): Promise<void> {
    await this.workers.forgetSilent(FORGET_WORKER_SECONDS);
    await repeatStep(performance.now() + MAX_TURN_MS, PAGE, (most) =>
      this.stuck.forgetIdempotencyKeys(FORGET_KEY_HOURS, most),
    );
  }

  private async fullPassIfNeeded(nowMs: number): Promise<boolean> {
    const isDue = this.lastFullPassAtMs === 0 || nowMs - this.lastFullPassAtMs > FULL_PASS_EVERY_MS;
    if (!isDue && !(await this.queue.mayHaveLostEntries())) return false;
    // Read before the pass: a Redis that restarts during it is looked at again.
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
