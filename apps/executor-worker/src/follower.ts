import type { Execution, ExecutionStatus } from '@app/domain';
import type { ClaimedExecution, Lease } from '@app/database';
import type { QueueLease } from '@app/queue';
import { WakeUp } from '@app/timing';

/** Thrown (as an abort reason) when a write was refused: another worker has the execution, or it has ended. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** What this process holds of one execution while it follows it. */
export class Follower {
  readonly lease: Lease;
  readonly execution: Execution;
  readonly startedAtMs = performance.now();
  /** The status as this follower last recorded it. */
  status: ExecutionStatus;
  /** Rings when there may be something to do. */
  readonly wakeUp = new WakeUp();
  private readonly abort = new AbortController();
  /** Aborts when this process must stop following, for whatever reason. */
  readonly signal = this.abort.signal;
  private readonly cancelAbort = new AbortController();
  /** Aborts when a user wants the execution to stop, and with `signal`. For waits that a cancel cuts short. */
  readonly cancelSignal = this.cancelAbort.signal;
  isCancelRequested: boolean;
  /** Time itself may be news to it (something should have started or gone by now): rung once a second. */
  needsTick = true;
  /** Followed for long enough that it is no poison. */
  isSettled = false;

  constructor(
    readonly claimed: ClaimedExecution,
    readonly queueLease: QueueLease,
    stop: AbortSignal,
  ) {
    this.lease = claimed.lease;
    this.execution = claimed.execution;
    this.status = claimed.execution.status;
    this.isCancelRequested = claimed.execution.cancelRequestedAt !== null;
    if (stop.aborted) this.stop(stop.reason);
    else stop.addEventListener('abort', () => this.stop(stop.reason), { once: true });
  }

  fence(): void {
    this.stop(
      new FencedError(`execution ${this.lease.executionId}: epoch ${this.lease.epoch} was superseded`),
    );
  }

  /** Something failed: whatever else this process does for the execution ends too. */
  abandon(error: unknown): void {
    this.stop(error ?? new Error('following was given up'));
  }

  requestCancel(): void {
    this.isCancelRequested = true;
    this.cancelAbort.abort(new Error('cancel requested'));
    this.wakeUp.ring();
  }

  /** Ends waits of `cancelSignal` and of `signal`. */
  private stop(reason: unknown): void {
    this.abort.abort(reason);
    this.cancelAbort.abort(reason);
  }

  /** After each write that carries the lease: a refused one means that somebody else has the execution. */
  throwUnlessHeld(isHeld: boolean): void {
    if (!isHeld) this.fence();
    this.throwIfStopped();
  }

  /** Throws if this process must stop following. To be called after each refused write. */
  throwIfStopped(): void {
    this.signal.throwIfAborted();
  }
}
