import type { ExecutionQueue } from '@app/queue';
import type { Logger } from '@app/platform';
import { BatchedCalls, withTimeout } from '@app/timing';

/** How long a request waits for the queue. The sweep enqueues what was not enqueued in time. */
const MAX_WAIT_MS = 1_000;
const MAX_BATCH = 1_000;

/**
 * Adds accepted executions to the queue, if that is possible quickly. Does not mark them as enqueued, which would cost
 * each a write: its worker does so when it claims it, and until then the sweep checks that it is in the queue.
 */
export class EnqueueExecutions {
  private readonly adding = new Set<Promise<void>>();
  /** Those that come while others are being added go together next. */
  private readonly batches: BatchedCalls<number, void>;

  constructor(
    private readonly queue: Pick<ExecutionQueue, 'add'>,
    private readonly logger: Logger,
    private readonly maxWaitMs = MAX_WAIT_MS,
  ) {
    this.batches = new BatchedCalls({
      keyOf: (executionId) => executionId,
      run: (batch) => this.add(batch),
      isOutage: () => true,
      minIntervalMs: 0,
      maxEntries: MAX_BATCH,
    });
  }

  /** Resolves when they are in the queue, or after the maximum wait. Never throws. May be repeated. */
  async enqueue(executionIds: readonly number[]): Promise<void> {
    if (executionIds.length === 0) return;
    const added = Promise.all(executionIds.map((id) => this.batches.call(id)))
      .then(() => undefined)
      .finally(() => this.adding.delete(added));
    this.adding.add(added);
    await withTimeout(added, this.maxWaitMs, () => undefined);
  }

  /** Resolves when no execution is being added. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.adding);
  }

  private async add(executionIds: readonly number[]): Promise<void[]> {
    try {
      await this.queue.add(executionIds);
    } catch (err) {
      this.logger.warn({ err, executionIds }, 'could not enqueue executions: the sweep will');
    }
    return executionIds.map(() => undefined);
  }
}
