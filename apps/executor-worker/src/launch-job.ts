import type { ExecutionEnd } from '@app/database';
import { canMove, checkPodAnnotations, checkSecurityLevel, type ExecutionStatus } from '@app/domain';
import { RunnerRefusedError, type CreateJobOutcome, type JobRef, type JobRequest } from '@app/runner';
import { buildJobRequest } from './build-job-request.js';
import type { Follower } from './follower.js';
import { readSecrets, type SecretValues } from './read-secrets.js';
import { toReason } from './to-reason.js';
import { whileRefused } from './while-refused.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** The timeout of a create. The lease must be certain to live that long. */
export const CREATE_TIMEOUT_MS = 5_000;
/** The time that may pass between checking the lease and sending the create: see `Runner.createJob`. */
const LEASE_MARGIN_MS = 3_000;

export type LaunchOutcome =
  | { kind: 'launched'; job: JobRef }
  /** `hasJob`: remove its Job first. */
  | { kind: 'end'; end: ExecutionEnd; hasJob: boolean }
  | { kind: 'cancelled' };

/**
 * Gives the execution its one Job with its Secret: creates the Job, adopts an existing one, or returns how the execution ends
 * without one. The Secret comes last and opens the gate: a Job that a superseded process creates late never starts its
 * container, because `recordJob` refuses that process and it creates no Secret.
 */
export async function launchJob(context: WorkerContext, follower: Follower): Promise<LaunchOutcome> {
  const { claimed, execution } = follower;
  if (claimed.jobUid !== null) return adoptKnownJob(context, follower, claimed.jobUid);
  if (follower.isCancelRequested) return { kind: 'cancelled' };
  if (!context.cluster.allows(claimed.snapshot.pod.namespace)) {
    const reason = `the namespace ${follower.runner.namespace} is not in PROCTOR_ALLOWED_NAMESPACES; add it, or change the proc`;
    // An earlier worker may have created the Job, and not have recorded it.
    return { kind: 'end', end: { status: 'CREATION_FAILED', exitCode: null, reason }, hasJob: true };
  }
  const { values, problem } = await readSecrets(context, follower);
  if (problem !== null) return endWithoutJob('REQUIREMENT_NOT_MET', problem);
  // The level may have been raised since the proc was registered.
  const [violation] = checkSecurityLevel(claimed.snapshot.pod.security, context.settings.security.level);
  if (violation) return endWithoutJob('CREATION_FAILED', violation.message);
  const { pod, podTemplate } = claimed.snapshot;
  const [unlisted] = checkPodAnnotations(pod, podTemplate, context.settings.allowedAnnotations);
  if (unlisted) return endWithoutJob('CREATION_FAILED', unlisted.message);
  if (pod.template != null && podTemplate === undefined) {
    return endWithoutJob(
      'CREATION_FAILED',
      `the pod template ${pod.template} was not there; execute it again`,
    );
  }
  const create = () =>
    follower.runner.inTurn(() => createInLease(context, follower, values), follower.cancelSignal);
  const created = await unlessCancelled(
    follower,
    whileRefused(context, follower, create, follower.cancelSignal),
  );
  if (created === null) return { kind: 'cancelled' };
  const found: CreateJobOutcome =
    created.kind === 'done' ? created.value : { kind: 'refused', message: created.reason };
  if (found.kind === 'exists' && !found.ours) {
    return endWithoutJob('CREATION_FAILED', `another Job named ${execution.jobName} already exists`);
  }
  let jobUid: string | null;
  if (found.kind === 'refused') {
    // An earlier create may have succeeded without an answer.
    jobUid = await findOwnJob(follower);
    if (jobUid === null) return endWithoutJob('CREATION_FAILED', toReason(found.message));
  } else jobUid = found.jobUid;
  const job = { jobName: execution.jobName, jobUid };
  const recorded = await whileUnavailable(
    () => context.leases.recordJob(follower.lease, job.jobUid, follower.runner.namespace),
    follower.signal,
  );
  if (recorded === 'fenced') follower.fence();
  follower.throwIfStopped();
  if (recorded === 'cancel_requested') {
    follower.requestCancel();
    return { kind: 'cancelled' };
  }
  follower.status = 'CREATED';
  return openGate(context, follower, job, values);
}

/** Null: a cancel cut the wait short. */
async function unlessCancelled<T>(follower: Follower, wait: Promise<T>): Promise<T | null> {
  return await wait.catch((error: unknown) => {
    if (follower.signal.aborted || !follower.isCancelRequested) throw error;
    return null;
  });
}

function endWithoutJob(status: ExecutionStatus, reason: string): LaunchOutcome {
  return { kind: 'end', end: { status, exitCode: null, reason }, hasJob: false };
}

/** Reads the uid of the execution's Job directly. Null: there is none, or the worker may not know. */
async function findOwnJob({ runner, execution, signal }: Follower): Promise<string | null> {
  try {
    const { job } = await whileUnavailable(() => runner.read(execution.jobName), signal);
    return job?.executionId === String(execution.id) && !job.isBeingDeleted ? job.jobUid : null;
  } catch (error) {
    if (error instanceof RunnerRefusedError) return null;
    throw error;
  }
}

/** Creates the Job's files and then its Secret, without which its container does not start. */
async function openGate(
  context: WorkerContext,
  follower: Follower,
  job: JobRef,
  values: SecretValues['values'],
): Promise<LaunchOutcome> {
  const { texts, missing } = await readTexts(context, follower);
  if (missing.length > 0) {
    return endAtGate(follower, `the text of ${missing.join(', ')} is gone; apply the proc again`);
  }
  const create = async () => {
    if (texts.length > 0) await follower.runner.createFiles(job, texts);
    const { values: stored } = await follower.runner.createSecret(job, values);
    follower.secretValues = stored;
  };
  const refusal = (error: unknown) => {
    if (!(error instanceof RunnerRefusedError)) throw error;
    return { kind: 'given_up', reason: error.message } as const;
  };
  const created = await unlessCancelled(
    follower,
    whileRefused(context, follower, create, follower.cancelSignal).catch(refusal),
  );
  if (created === null) return { kind: 'cancelled' };
  if (created.kind === 'done') return { kind: 'launched', job };
  return endAtGate(follower, created.reason);
}

function endAtGate({ status: current }: Follower, reason: string): LaunchOutcome {
  const status = canMove(current, 'JOB_CREATION_FAILED') ? 'JOB_CREATION_FAILED' : 'POD_CREATION_FAILED';
  return { kind: 'end', end: { status, exitCode: null, reason: toReason(reason) }, hasJob: true };
}

/** The texts of the files as they were when the execution was accepted, and the paths of those that are gone. */
async function readTexts({ procs }: WorkerContext, { claimed, signal }: Follower) {
  const files = await whileUnavailable(() => procs.readFiles(claimed.snapshot.pod.files), signal);
  const missing = files.filter(({ content }) => content === undefined).map(({ path }) => path);
  return { texts: files.map(({ content = '' }) => content), missing };
}

/** An earlier epoch recorded the Job. Its Secret is missing if that worker died in between. */
async function adoptKnownJob(
  context: WorkerContext,
  follower: Follower,
  jobUid: string,
): Promise<LaunchOutcome> {
  const job = { jobName: follower.execution.jobName, jobUid };
  const view = await whileUnavailable(() => follower.runner.read(job.jobName), follower.signal);
  const isWaiting = view.job?.jobUid === jobUid && !view.job.finished && !view.job.isBeingDeleted;
  if (isWaiting && !follower.isCancelRequested && (await lacksSecret(follower))) {
    const { values, problem } = await readSecrets(context, follower);
    if (problem !== null) {
      // Without a Secret the pod never starts; the sweep removes the Job.
      return endWithoutJob('POD_CREATION_FAILED', problem);
    }
    return openGate(context, follower, job, values);
  }
  return { kind: 'launched', job };
}

/** Checked first, so that a running Job needs neither Proctor's secrets nor the key that decrypts them. */
async function lacksSecret({ runner, execution, signal }: Follower): Promise<boolean> {
  return (await whileUnavailable(() => runner.readSecret(execution.jobName), signal)) === null;
}

async function createInLease(
  context: WorkerContext,
  follower: Follower,
  secretValues: SecretValues['values'],
) {
  // Before the lease is checked, so that the time to connect does not count against the create.
  await follower.runner.connect(follower.signal);
  const { queueLease } = follower;
  const isShort = () => queueLease.leftMs() < CREATE_TIMEOUT_MS + LEASE_MARGIN_MS;
  if (isShort() && !(await queueLease.renew())) follower.fence();
  follower.throwIfStopped();
  if (isShort()) throw new LeaseTooShortError('the lease was renewed too long ago to create a Job');
  return follower.runner.createJob(jobRequest(context, follower, secretValues), follower.signal);
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
  // Kubernetes lets `env` win over the Secret, but a secret is not the caller's to replace.
  const args = Object.entries(execution.args).filter(([name]) => !Object.hasOwn(secretValues, name));
  return buildJobRequest(settings, {
    jobName: execution.jobName,
    executionId: String(execution.id),
    procName: execution.procName,
    userEmail: execution.userEmail,
    image: execution.image,
    args: Object.fromEntries(args),
    snapshot: claimed.snapshot,
  });
}
