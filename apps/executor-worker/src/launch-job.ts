import type { ExecutionEnd } from '@app/database';
import { LOCK_DURATION_MS } from '@app/queue';
import type { JobRef, JobRequest } from '@app/runner';
import type { Follower } from './follower.js';
import { readSecrets, type SecretValues } from './read-secrets.js';
import { whileUnavailable } from './wait-for.js';
import type { WorkerContext } from './worker-context.js';

/** A create must be answered within this, and the lease be sure to live that long. */
export const CREATE_TIMEOUT_MS = 5_000;
/** What may pass between renewing the lease and sending the create: see `Runner.createJob`. */
const LEASE_MARGIN_MS = 3_000;

export type LaunchOutcome =
  { kind: 'launched'; job: JobRef } | { kind: 'end'; end: ExecutionEnd } | { kind: 'cancelled' };

/**
 * Sees to it that the execution has its one Job, with its Secret: creates it, adopts the one that is there, or says how the
 * execution ends without. The Secret comes last and opens the gate: a Job that a superseded process creates
 * late never starts its container, because that process is refused at `recordJob` and makes no Secret.
 */
export async function launchJob(context: WorkerContext, follower: Follower): Promise<LaunchOutcome> {
  const { claimed, execution } = follower;
  if (claimed.jobUid !== null) return adoptKnownJob(context, follower, claimed.jobUid);
  if (follower.isCancelRequested) return { kind: 'cancelled' };
  const { values, problem } = await readSecrets(context, follower);
  if (problem !== null) {
    return { kind: 'end', end: { status: 'REQUIREMENT_NOT_MET', exitCode: null, reason: problem } };
  }
  const created = await whileUnavailable(
    () => createInLease(context, follower, values),
    follower.cancelSignal,
    (error) => {
      context.log.warn({ executionId: execution.id, err: error }, 'the Job could not be created yet');
    },
  ).catch((error: unknown) => {
    // A cancel cuts the wait short; anything else is thrown on.
    if (follower.signal.aborted || !follower.isCancelRequested) throw error;
    return null;
  });
  if (created === null) return { kind: 'cancelled' };
  if (created.kind === 'refused') {
    return { kind: 'end', end: { status: 'CREATION_FAILED', exitCode: null, reason: created.message } };
  }
  if (created.kind === 'exists' && !created.ours) {
    const reason = `a Job named ${execution.jobName} that is not ours is in the way`;
    return { kind: 'end', end: { status: 'CREATION_FAILED', exitCode: null, reason } };
  }
  const job = { jobName: execution.jobName, jobUid: created.jobUid };
  const recorded = await whileUnavailable(
    () => context.leases.recordJob(follower.lease, job.jobUid),
    follower.signal,
  );
  if (recorded === 'fenced') follower.fence();
  follower.throwIfStopped();
  if (recorded === 'cancel_requested') {
    follower.requestCancel();
    return { kind: 'cancelled' };
  }
  follower.status = 'CREATED';
  await whileUnavailable(() => context.runner.createSecret(job, values), follower.signal);
  return { kind: 'launched', job };
}

/** The Job was recorded by an earlier epoch; its Secret may be missing if that one died between the two. */
async function adoptKnownJob(
  context: WorkerContext,
  follower: Follower,
  jobUid: string,
): Promise<LaunchOutcome> {
  const job = { jobName: follower.execution.jobName, jobUid };
  const view = await whileUnavailable(() => context.runner.read(job.jobName), follower.signal);
  const isWaiting = view.job?.jobUid === jobUid && !view.job.finished && !view.job.isBeingDeleted;
  if (isWaiting && !follower.isCancelRequested && (await isWithoutSecret(context, follower))) {
    const { values, problem } = await readSecrets(context, follower);
    if (problem !== null) {
      // Without a Secret its pod never starts; the sweep removes it.
      return { kind: 'end', end: { status: 'POD_CREATION_FAILED', exitCode: null, reason: problem } };
    }
    await whileUnavailable(() => context.runner.createSecret(job, values), follower.signal);
  }
  return { kind: 'launched', job };
}

/** Asked first, so that a run that goes on needs neither Proctor's secrets nor the key that opens them. */
async function isWithoutSecret(context: WorkerContext, { execution, signal }: Follower): Promise<boolean> {
  return (await whileUnavailable(() => context.runner.readSecret(execution.jobName), signal)) === null;
}

async function createInLease(
  context: WorkerContext,
  follower: Follower,
  secretValues: SecretValues['values'],
) {
  // Before the lease is renewed: what it takes is not within the time of the create.
  await context.runner.connect(follower.signal);
  const renewedAtMs = performance.now();
  if (!(await follower.queueLease.renew())) follower.fence();
  follower.throwIfStopped();
  const leftMs = LOCK_DURATION_MS - (performance.now() - renewedAtMs) - LEASE_MARGIN_MS;
  if (leftMs < CREATE_TIMEOUT_MS)
    throw new LeaseTooShortError('the lease was renewed too long ago to create a Job');
  return context.runner.createJob(jobRequest(context, follower, secretValues), follower.signal);
}

/** The process was stopped between renewing its lease and using it: the delivery is tried again. */
export class LeaseTooShortError extends Error {
  override readonly name = 'LeaseTooShortError';
}

function jobRequest(
  { settings }: WorkerContext,
  { execution, claimed }: Follower,
  secretValues: SecretValues['values'],
): JobRequest {
  const { pod } = claimed.snapshot;
  // Kubernetes lets `env` win over the Secret, but a secret is not the caller's to replace.
  const args = Object.entries(execution.args).filter(([name]) => !Object.hasOwn(secretValues, name));
  return {
    jobName: execution.jobName,
    executionId: String(execution.id),
    procName: execution.procName,
    image: execution.image,
    args: Object.fromEntries(args),
    context: {
      EXECUTION_ID: String(execution.id),
      JOB_NAME: execution.procName,
      EXECUTION_NAME: execution.jobName,
      USER_EMAIL: execution.userEmail,
      IMAGE_TAG: execution.image,
    },
    timeoutSeconds: claimed.snapshot.timeoutSeconds ?? settings.defaultTimeoutSeconds,
    retries: claimed.snapshot.retries ?? settings.defaultRetries,
    pod: {
      ...pod,
      annotations: { ...settings.podAnnotations, ...pod.annotations },
      serviceAccount: pod.serviceAccount ?? settings.serviceAccountName,
    },
  };
}
