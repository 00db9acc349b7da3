import type { Execution, ExecutionStatus } from '@app/domain';
import type { ClaimedExecution, Lease } from '@app/database';
import type { QueueLease } from '@app/queue';
import type { Runner, SecretData } from '@app/runner';
import { WakeUp } from '@app/timing';

/** The abort reason after a refused write: another worker holds the execution, or it has ended. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The state of one execution while this process follows it. */
export class Follower {
  readonly lease: Lease;
  readonly execution: Execution;
  readonly startedAtMs = performance.now();
  /** The status this follower recorded last. */
  status: ExecutionStatus;
  /** Rings when there may be something to do. */
  readonly wakeUp = new WakeUp();
  /** What is in the Job's own Secret, if this process created it; null: not known. */
  secretValues: SecretData | null = null;
  private readonly abort = new AbortController();
  /** Aborts when this process must stop following, for any reason. */
  readonly signal = this.abort.signal;
  private readonly cancelAbort = new AbortController();
  /** Aborts on a cancel, and with `signal`. For waits that a cancel cuts short. */
  readonly cancelSignal = this.cancelAbort.signal;
  isCancelRequested: boolean;
  /** Waits for a limit to pass, so it is woken once a second even if nothing happens. */
  needsTick = true;
  /** Followed long enough that the execution is not poison. */
  isSettled = false;

  constructor(
    readonly claimed: ClaimedExecution,
    readonly queueLease: QueueLease,
    stop: AbortSignal,
    /** Of the namespace that its Job is in. */
    readonly runner: Runner,
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

  /** After a failure: ends everything else this process does for the execution. */
  abandon(error: unknown): void {
    this.stop(error ?? new Error('stopped following'));
  }

  requestCancel(): void {
    this.isCancelRequested = true;
    this.cancelAbort.abort(new Error('cancel requested'));
    this.wakeUp.ring();
  }

  /** Ends waits on `cancelSignal` and on `signal`. */
  private stop(reason: unknown): void {
    this.abort.abort(reason);
    this.cancelAbort.abort(reason);
  }

  /** Call after each write that carries the lease. A refused write means that another worker holds the execution. */
  throwUnlessHeld(isHeld: boolean): void {
    if (!isHeld) this.fence();
    this.throwIfStopped();
  }

  /** Throws if this process must stop following. Call after each refused write. */
  throwIfStopped(): void {
    this.signal.throwIfAborted();
  }
}
