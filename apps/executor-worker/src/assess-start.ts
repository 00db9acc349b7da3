import type { ExecutionEnd } from '@app/database';
import type { JobView, PodState, PodView, RunView } from '@app/runner';
import { adviseOnSecurity } from './advise-on-security.js';
import { afterLimit, toReason } from './to-reason.js';

/** How long an execution may take to start, counted from when its Job or pod may. */
export interface StartLimits {
  /** For the Job to become active and for a pod to run. */
  startMs: number;
  /** For an image that cannot be pulled. */
  imageMs: number;
  /** For a Job that is suspended, from when it was. */
  queueMs: number;
}

/** `reason`: what it waits for, if that is known. `until`: when it ends if it still does. */
export type StartAssessment =
  | { kind: 'job_created'; reason?: string; until?: Date }
  | { kind: 'waiting_for_pod'; reason: string | null; until?: Date }
  /** Kubernetes refuses the Job's pods: count how long. `end`: how the execution ends if that is too long. */
  | { kind: 'pods_refused'; reason: string; end: ExecutionEnd }
  /** It will never start: delete the Job, then end. */
  | { kind: 'cannot_start'; end: ExecutionEnd };

const HOPELESS_REASONS: readonly string[] = ['InvalidImageName', 'ErrImageNeverPull'];
const IMAGE_REASONS: readonly string[] = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ImageInspectError',
  'RegistryUnavailable',
];
/** The kubelet says so whatever it waits for: an image, a volume, the network. Only events say which. */
const VAGUE_REASONS: readonly (string | null)[] = [null, 'ContainerCreating', 'PodInitializing'];

type WaitingPod = PodView & { state: Extract<PodState, { kind: 'waiting' }> };

/** How long it is normal to wait without a reason. */
const QUIET_MS = { withoutPod: 1_000, inPod: 10_000 };

/** Decides what it means that no container of the run has started, or that none of the next attempt has. Pure. */
export function assessStart(view: RunView, job: JobView, limits: StartLimits, now: number): StartAssessment {
  const pod = view.pods.at(-1) ?? null;
  if (pod?.state.kind === 'waiting') {
    return assessWaitingPod(view, job, { ...pod, state: pod.state }, limits, now);
  }
  const { warning } = job;
  const isRefused =
    warning?.reason === 'FailedCreate' && (pod === null || warning.at.getTime() > pod.createdAt.getTime());
  if (isRefused) {
    const reason = toReason(adviseOnSecurity(warning.message));
    return { kind: 'pods_refused', reason, end: { status: 'JOB_CREATION_FAILED', exitCode: null, reason } };
  }
  if (pod !== null) return { kind: 'waiting_for_pod', reason: null };
  return assessWithoutPod(view, job, limits, now);
}

/** Decides what it means that the Job is suspended. Pure. */
export function assessSuspended(
  job: JobView,
  { hasRun, limitMs }: { hasRun: boolean; limitMs: number },
  now: number,
): StartAssessment {
  const since = job.suspended?.since ?? new Date(now);
  const place = job.queue === null ? 'the Job is suspended' : `waits in the queue ${job.queue}`;
  const why = job.queueWarning ? `: ${job.queueWarning.message}` : '';
  const text = toReason(`${hasRun ? 'preempted; ' : ''}${place}${why}`);
  if (now - since.getTime() > limitMs) return cannotStart('JOB_CREATION_FAILED', afterLimit(text, limitMs));
  return { kind: hasRun ? 'waiting_for_pod' : 'job_created', ...waitsFor(text, since, limitMs) };
}

function assessWithoutPod(
  { eventsRefused }: RunView,
  job: JobView,
  { startMs }: StartLimits,
  now: number,
): StartAssessment {
  const waitedMs = now - job.startableAt.getTime();
  const isActive = job.active > 0;
  const missing = isActive ? 'no pod has appeared' : 'the Job has not become active';
  if (waitedMs > startMs) {
    const reason = afterLimit(withoutEvents(missing, eventsRefused), startMs);
    return cannotStart(isActive ? 'POD_CREATION_FAILED' : 'JOB_CREATION_FAILED', reason);
  }
  const isShown = eventsRefused !== undefined && waitedMs > QUIET_MS.withoutPod;
  const waits = isShown ? waitsFor(withoutEvents(missing, eventsRefused), job.startableAt, startMs) : {};
  return isActive ? { kind: 'waiting_for_pod', reason: null, ...waits } : { kind: 'job_created', ...waits };
}

function assessWaitingPod(
  view: RunView,
  job: JobView,
  pod: WaitingPod,
  limits: StartLimits,
  now: number,
): StartAssessment {
  const { reason } = pod.state;
  const waitedMs = now - pod.createdAt.getTime();
  const known = knownReason(pod);
  if (reason !== null && HOPELESS_REASONS.includes(reason)) {
    return cannotStart('POD_CREATION_FAILED', known ?? reason);
  }
  const limitMs = reason !== null && IMAGE_REASONS.includes(reason) ? limits.imageMs : limits.startMs;
  const doing = VAGUE_REASONS.includes(reason) ? toText(pod.state) : null;
  const text = known ?? doing ?? withoutEvents(reason ?? 'the pod did not start', view.eventsRefused);
  if (waitedMs > limitMs) return cannotStart('POD_CREATION_FAILED', afterLimit(text, limitMs));
  const isUnknown = known === null && doing === null;
  const isQuiet = isUnknown ? view.eventsRefused === undefined : waitsForGate(job, pod);
  const isShown = !(isQuiet || (known === null && waitedMs <= QUIET_MS.inPod));
  const waits = isShown ? waitsFor(text, pod.createdAt, limitMs) : { reason: null };
  return { kind: 'waiting_for_pod', ...waits };
}

/** What the pod's conditions and containers say, else its last warning. Null: neither says why. */
function knownReason({ state, warning }: WaitingPod): string | null {
  const said = VAGUE_REASONS.includes(state.reason) ? warning : state;
  return said ? toReason(adviseOnSecurity([said.reason, said.message].filter(Boolean).join(': '))) : null;
}

/** What an init container does meanwhile. Null: there is none. */
function toText({ reason, message }: WaitingPod['state']): string | null {
  return message === null ? null : toReason(`${reason}: ${message}`);
}

/** Every pod waits for its Job's files and its Secret, which are created after the Job. */
function waitsForGate({ jobName }: JobView, { state, warning }: WaitingPod): boolean {
  if (state.reason === 'CreateContainerConfigError') return state.message === `secret "${jobName}" not found`;
  return (
    warning?.reason === 'FailedMount' && warning.message.endsWith(` : secret "${jobName}-files" not found`)
  );
}

function withoutEvents(text: string, eventsRefused: string | undefined): string {
  return eventsRefused === undefined
    ? text
    : toReason(`${text}; only events say why, and the worker may not read them: ${eventsRefused}`);
}

function waitsFor(reason: string, since: Date, limitMs: number): { reason: string; until: Date } {
  return { reason, until: new Date(since.getTime() + limitMs) };
}

function cannotStart(status: 'JOB_CREATION_FAILED' | 'POD_CREATION_FAILED', reason: string): StartAssessment {
  return { kind: 'cannot_start', end: { status, exitCode: null, reason } };
}
