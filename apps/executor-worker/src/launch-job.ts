import type { ExecutionEnd } from '@app/database';
import { LOCK_DURATION_MS } from '@app/queue';
import type { JobRef, JobRequest } from '@app/runner';
import type { Follower } from './follower.js';
import { readSecrets, type SecretValues } from './read-secrets.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** The timeout of a create. The lease must be certain to live that long. */
export const CREATE_TIMEOUT_MS = 5_000;
/** The time that may pass between renewing the lease and sending the create: see `Runner.createJob`. */
const LEASE_MARGIN_MS = 3_000;

export type LaunchOutcome =
  { kind: 'launched'; job: JobRef } | { kind: 'end'; end: ExecutionEnd } | { kind: 'cancelled' };

/**
 * Gives the execution its one Job with its Secret: creates the Job, adopts an existing one, or returns how the execution ends
 * without one. The Secret comes last and opens the gate: a Job that a superseded process creates late never starts its
 * container, because `recordJob` refuses that process and it creates no Secret.
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
      context.log.warn({ executionId: execution.id, err: error }, 'could not create the Job yet; retrying');
    },
  ).catch((error: unknown) => {
    // A cancel cuts the wait short; rethrow anything else.
    if (follower.signal.aborted || !follower.isCancelRequested) throw error;
    return null;
  });
  if (created === null) return { kind: 'cancelled' };
  if (created.kind === 'refused') {
    return { kind: 'end', end: { status: 'CREATION_FAILED', exitCode: null, reason: created.message } };
  }
  if (created.kind === 'exists' && !created.ours) {
    const reason = `another Job named ${execution.jobName} already exists`;
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

/** An earlier epoch recorded the Job. Its Secret is missing if that worker died in between. */
async function adoptKnownJob(
  context: WorkerContext,
  follower: Follower,
  jobUid: string,
): Promise<LaunchOutcome> {
  const job = { jobName: follower.execution.jobName, jobUid };
  const view = await whileUnavailable(() => context.runner.read(job.jobName), follower.signal);
  const isWaiting = view.job?.jobUid === jobUid && !view.job.finished && !view.job.isBeingDeleted;
  if (isWaiting && !follower.isCancelRequested && (await lacksSecret(context, follower))) {
    const { values, problem } = await readSecrets(context, follower);
    if (problem !== null) {
      // Without a Secret the pod never starts; the sweep removes the Job.
      return { kind: 'end', end: { status: 'POD_CREATION_FAILED', exitCode: null, reason: problem } };
    }
    await whileUnavailable(() => context.runner.createSecret(job, values), follower.signal);
  }
  return { kind: 'launched', job };
}

/** Checked first, so that a running Job needs neither Proctor's secrets nor the key that decrypts them. */
async function lacksSecret(context: WorkerContext, { execution, signal }: Follower): Promise<boolean> {
  return (await whileUnavailable(() => context.runner.readSecret(execution.jobName), signal)) === null;
}

async function createInLease(
  context: WorkerContext,
  follower: Follower,
  secretValues: SecretValues['values'],
) {
  // Before the lease is renewed, so that the time to connect does not count against the create.
  await context.runner.connect(follower.signal);
  const renewedAtMs = performance.now();
  if (!(await follower.queueLease.renew())) follower.fence();
  follower.throwIfStopped();
  const leftMs = LOCK_DURATION_MS - (performance.now() - renewedAtMs) - LEASE_MARGIN_MS;
  if (leftMs < CREATE_TIMEOUT_MS)
    throw new LeaseTooShortError('the lease was renewed too long ago to create a Job');
  return context.runner.createJob(jobRequest(context, follower, secretValues), follower.signal);
}

/** The process stood still between renewing its lease and using it: the delivery is retried. */
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
