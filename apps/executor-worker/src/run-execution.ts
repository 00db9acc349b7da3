import type { AttemptUpdate, ClaimedExecution, ExecutionEnd } from '@app/database';
import type { ConsumeOutcome, QueueLease, StopReason } from '@app/queue';
import type { JobRef, Runner } from '@app/runner';
import { backOffMs, pause, timeLimit } from '@app/timing';
import { FencedError, Follower } from './follower.js';
import { followRun } from './follow-run.js';
import { launchJob, LeaseTooShortError } from './launch-job.js';
import { discardJob, stopRun } from './stop-run.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** Claims of an execution without any recorded progress, after which it is ended as poison. */
const MAX_CLAIMS_WITHOUT_PROGRESS = 20;
/** How long to try to delete the Job of an execution that is over. */
const DISCARD_TIMEOUT_MS = 30_000;
const RETRY = { firstMs: 1_000, maxMs: 60_000 };

/** Takes an execution from claim to end: claims it, launches its Job, follows it, records the end. */
export class ExecutionHandler {
  /** By execution id. */
  readonly followers = new Map<number, Follower>();

  constructor(private readonly context: WorkerContext) {}

  /** Handles one delivery from the queue. Never throws: failures are in the outcome, the log and Postgres. */
  async handle(executionId: number, queueLease: QueueLease, stop: AbortSignal): Promise<ConsumeOutcome> {
    let follower: Follower | null = null;
    try {
      const { leases, settings } = this.context;
      const claimed = await whileUnavailable(() => leases.claim(executionId, settings.workerId), stop);
      if (!claimed) return { kind: 'done' };
      follower = new Follower(claimed, queueLease, stop, this.runnerOf(claimed));
      this.followers.set(executionId, follower);
      await this.run(follower);
      return { kind: 'done' };
    } catch (error) {
      return await this.afterError(executionId, follower, error, stop);
    } finally {
      if (follower && this.followers.get(executionId) === follower) this.followers.delete(executionId);
    }
  }

  /** The recorded namespace stands, even if the default one has changed or this one has left the settings. */
  private runnerOf({ jobUid, jobNamespace, snapshot }: ClaimedExecution): Runner {
    // Workers of earlier versions know only the default namespace, and record none.
    const unrecorded = jobUid === null ? snapshot.pod.namespace : null;
    return this.context.cluster.in(jobNamespace ?? unrecorded);
  }

  private async run(follower: Follower): Promise<void> {
    const { claimed } = follower;
    if (claimed.claimsWithoutProgress >= MAX_CLAIMS_WITHOUT_PROGRESS) {
      const reason = `given up: it was claimed ${claimed.claimsWithoutProgress} times without progress`;
      await this.removeJob(follower);
      return this.end(follower, {
        status: claimed.jobUid ? 'POD_FAILED' : 'CREATION_FAILED',
        exitCode: null,
        reason,
      });
    }
    const launched = await launchJob(this.context, follower);
    switch (launched.kind) {
      case 'end':
        if (launched.hasJob) await this.removeJob(follower);
        return this.end(follower, launched.end);
      case 'cancelled':
        await this.removeJob(follower);
        return this.end(follower, { status: 'CANCELLED', exitCode: null, reason: 'cancelled' });
      case 'launched': {
        const { end, attempts, mustDeleteJob } = await followRun(this.context, follower, launched.job);
        await this.end(follower, end, attempts);
        if (mustDeleteJob) await this.discard(follower, launched.job);
        return;
      }
    }
  }

  /** Deletes the execution's Job, if there is one. See `stopRun`. */
  private async removeJob({ claimed, execution, signal, runner }: Follower): Promise<void> {
    const { jobName, id } = execution;
    const retried = <T>(call: () => Promise<T>) => whileUnavailable(call, signal);
    const { job } = await retried(() => runner.read(jobName));
    if (job && job.executionId !== String(id)) return;
    const jobUid = job?.jobUid ?? claimed.jobUid ?? '';
    await stopRun({ jobName, jobUid }, { runner, retried, wait: () => pause(200, signal) });
  }

  /** The execution is over. If this fails, the sweep deletes the Job later. */
  private async discard({ signal, lease, runner }: Follower, job: JobRef): Promise<void> {
    const patience = timeLimit(DISCARD_TIMEOUT_MS, signal);
    const { log } = this.context;
    await discardJob(job, { runner, retried: (call) => whileUnavailable(call, patience.signal) })
      .catch((err: unknown) => {
        log.warn({ executionId: lease.executionId, err }, 'could not delete a Job yet');
      })
      .finally(patience.clear);
  }

  private async end(
    follower: Follower,
    end: ExecutionEnd,
    attempts: readonly AttemptUpdate[] = [],
  ): Promise<void> {
    const { leases, queue, updates, notifications, log } = this.context;
    const { executionId } = follower.lease;
    const ended = await whileUnavailable(() => leases.end(follower.lease, end, attempts), follower.signal);
    updates.publish([executionId]);
    if (!ended) {
      // Fenced, or already ended. In any other case the execution would stay unfinished, without a queue entry.
      const isHeld = await whileUnavailable(() => leases.isHeld(follower.lease), follower.signal);
      if (isHeld) throw new Error(`an execution cannot move from ${follower.status} to ${end.status}`);
      return;
    }
    notifications.send();
    log.info({ executionId, procName: follower.execution.procName, ...end }, 'execution ended');
    // If Redis is away, the sweep adds them.
    await queue.add(ended.admitted).catch(() => undefined);
  }

  private async afterError(
    executionId: number,
    follower: Follower | null,
    error: unknown,
    stop: AbortSignal,
  ): Promise<ConsumeOutcome> {
    const { log } = this.context;
    const isFenced = follower?.signal.reason instanceof FencedError;
    if (isFenced) {
      log.warn({ executionId, epoch: follower?.lease.epoch }, 'another worker has taken this execution over');
      return { kind: 'done' };
    }
    if (stop.aborted) {
      const reason = stop.reason as StopReason;
      if (reason === 'hand_over') {
        log.info({ executionId }, 'handing over');
        return { kind: 'hand_over' };
      }
      log.warn({ executionId }, 'the queue entry was lost; releasing the execution');
      await this.release(follower);
      return { kind: 'done' };
    }
    const tries = follower?.claimed.claimsWithoutProgress ?? 0;
    const inMs = backOffMs(tries, RETRY);
    if (error instanceof LeaseTooShortError) log.warn({ executionId, err: error }, 'retrying');
    else log.error({ executionId, err: error, inMs }, 'could not follow an execution; retrying');
    return { kind: 'retry', inMs };
  }

  /** Best effort: if Postgres is away, the sweep finds the execution in another way. */
  private async release(follower: Follower | null): Promise<void> {
    if (!follower) return;
    await this.context.leases.release(follower.lease).catch((error: unknown) => {
      this.context.log.warn(
        { executionId: follower.lease.executionId, err: error },
        'could not release the execution',
      );
    });
  }
}
