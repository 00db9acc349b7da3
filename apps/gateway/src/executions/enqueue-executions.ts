import type { StuckExecutionsStore } from '@app/database';
import type { ExecutionQueue } from '@app/queue';
import type { Logger } from '@app/platform';
import { withTimeout } from '@app/timing';

/** How long a request waits for the queue. The sweep enqueues what was not enqueued in time. */
const MAX_WAIT_MS = 1_000;

/** Adds accepted executions to the queue, if that is possible quickly. */
export class EnqueueExecutions {
  private readonly adding = new Set<Promise<void>>();

  constructor(
    private readonly queue: Pick<ExecutionQueue, 'add'>,
    private readonly stuck: Pick<StuckExecutionsStore, 'markEnqueued'>,
    private readonly logger: Logger,
    private readonly maxWaitMs = MAX_WAIT_MS,
  ) {}

  /** Resolves when they are in the queue, or after the maximum wait. Never throws. May be repeated. */
  async enqueue(executionIds: readonly number[]): Promise<void> {
    if (executionIds.length === 0) return;
    const added = this.add(executionIds);
    const marked = added
      .then((isAdded) => (isAdded ? this.mark(executionIds) : undefined))
      .finally(() => this.adding.delete(marked));
    this.adding.add(marked);
    await withTimeout(added, this.maxWaitMs, () => undefined);
  }

  /** Resolves when no execution is being added. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.adding);
  }

  private async add(executionIds: readonly number[]): Promise<boolean> {
    try {
      await this.queue.add(executionIds);
      return true;
    } catch (err) {
      this.logger.warn({ err, executionIds }, 'could not enqueue executions: the sweep will');
      return false;
    }
  }

  private async mark(executionIds: readonly number[]): Promise<void> {
    try {
      await this.stuck.markEnqueued(executionIds);
    } catch (err) {
      // Harmless: the sweep finds them in the queue.
      this.logger.debug({ err, executionIds }, 'enqueued executions, but could not mark them');
    }
  }
}
