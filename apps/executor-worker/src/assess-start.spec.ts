import { describe, expect, it } from '@jest/globals';
import type { JobView, PodState, PodView, RunView, Warning } from '@app/runner';
import { assessStart } from './assess-start.js';

const NOW = Date.parse('2026-11-29T10:00:00Z');
const limits = { startMs: 60_000, imageMs: 30_000, queueMs: 600_000 };
const ago = (ms: number) => new Date(NOW - ms);
const EVENTS_REFUSED = 'events is forbidden: User "proctor" cannot list resource "events"';

function job(createdMsAgo: number, changes: Partial<JobView> = {}): JobView {
  return {
    jobName: 'job',
    jobUid: 'uid',
    executionId: '1',
    createdAt: ago(createdMsAgo),
    startableAt: ago(createdMsAgo),
    suspended: null,
    queue: null,
    active: 0,
    endedPods: 0,
    finished: null,
    isBeingDeleted: false,
    ...changes,
  };
}

function pod(createdMsAgo: number, state: PodState, warning?: Warning): PodView {
  const base = { podName: 'pod', podUid: 'pod-uid', isBeingDeleted: false };
  const view: Partial<PodView> = {
    ...base,
    createdAt: ago(createdMsAgo),
    state,
    ...(warning && { warning }),
  };
  return view as PodView;
}

const waiting = (reason: string | null, message: string | null = null): PodState => ({
  kind: 'waiting',
  reason,
  message,
});
const failed: PodState = {
  kind: 'failed',
  exitCode: 1,
  reason: 'Error',
  message: null,
  startedAt: ago(5_000),
  endedAt: ago(4_000),
};
const warning = (reason: string, message: string, msAgo = 0): Warning => ({
  reason,
  message,
  at: ago(msAgo),
});
const refused = warning('FailedCreate', 'Error creating: pods "a" is forbidden: exceeded quota: q');

const assess = (view: RunView) => assessStart(view, view.job!, limits, NOW);
const shows = (reason: unknown, until: Date) => ({ kind: 'waiting_for_pod', reason, until });

describe('assessStart', () => {
  it('names the setting that decides about the user of a container', () => {
    const restricted = warning(
      'FailedCreate',
      'pods "a" is forbidden: violates PodSecurity "restricted:latest": x',
    );
    expect(assess({ job: job(5_000, { warning: restricted }), pods: [] })).toMatchObject({
      reason: `${restricted.message}; set PROCTOR_POD_SECURITY=restricted, so that every pod meets this level`,
    });
    const kubelet = 'container has runAsNonRoot and image will run as root (pod: "a_b(c)", container: proc)';
    const view = { job: job(5_000), pods: [pod(4_000, waiting('CreateContainerConfigError', kubelet))] };
    expect(assess(view)).toMatchObject({
      reason: expect.stringContaining('PROCTOR_JOB_RUN_AS_USER, or PROCTOR_POD_SECURITY=baseline'),
    });
  });

  it('knows that Kubernetes refuses the pods, however long ago the Job was created', () => {
    expect(assess({ job: job(9e7, { warning: refused }), pods: [] })).toMatchObject({
      kind: 'pods_refused',
      reason: refused.message,
    });
  });

  it('knows that Kubernetes refuses the pod of the next attempt', () => {
    const view = { job: job(9e7, { warning: refused }), pods: [pod(6_000, failed)] };
    expect(assess(view)).toMatchObject({ kind: 'pods_refused', reason: refused.message });
  });

  it('forgets a refusal once there is a pod', () => {
    const old = { ...refused, at: ago(7_000) };
    expect(assess({ job: job(9e7, { warning: old }), pods: [pod(6_000, failed)] })).toEqual({
      kind: 'waiting_for_pod',
      reason: null,
    });
    const starting = [pod(1_000, waiting('ContainerCreating'))];
    expect(assess({ job: job(9e7, { warning: refused }), pods: starting })).toEqual({
      kind: 'waiting_for_pod',
      reason: null,
    });
  });

  it.each<[string, PodView, string]>([
    [
      'the scheduler',
      pod(500, waiting('Unschedulable', '0/3 nodes are available')),
      'Unschedulable: 0/3 nodes are available',
    ],
    [
      'a volume',
      pod(500, waiting('ContainerCreating'), warning('FailedMount', 'configmap "a" not found')),
      'FailedMount: configmap "a" not found',
    ],
    [
      'the network',
      pod(500, waiting('PodInitializing'), warning('FailedCreatePodSandBox', 'no IP addresses left')),
      'FailedCreatePodSandBox: no IP addresses left',
    ],
    [
      'the container rather than an event',
      pod(500, waiting('CreateContainerConfigError', 'configmap "a" not found'), warning('Failed', 'Error')),
      'CreateContainerConfigError: configmap "a" not found',
    ],
  ])('shows at once what %s says, and until when it waits', (_who, waits, reason) => {
    expect(assess({ job: job(500), pods: [waits] })).toEqual(shows(reason, ago(500 - limits.startMs)));
  });

  it('gives an image its own limit', () => {
    const view = { job: job(500), pods: [pod(500, waiting('ErrImagePull', 'no such image'))] };
    expect(assess(view)).toEqual(shows('ErrImagePull: no such image', ago(500 - limits.imageMs)));
  });

  it('ends with what an event says', () => {
    const mount = warning('FailedMount', 'configmap "a" not found');
    const view = { job: job(7e4), pods: [pod(61_000, waiting('ContainerCreating'), mount)] };
    expect(assess(view)).toMatchObject({
      kind: 'cannot_start',
      end: { reason: 'FailedMount: configmap "a" not found (after 60 s)' },
    });
  });

  it("does not show that a pod waits for its Job's own Secret, which comes last", () => {
    const view = {
      job: job(500),
      pods: [pod(500, waiting('CreateContainerConfigError', 'secret "job" not found'))],
    };
    expect(assess(view)).toEqual({ kind: 'waiting_for_pod', reason: null });
  });

  it.each<[string, RunView, RegExp]>([
    [
      'a Job without a pod',
      { job: job(1_500), pods: [] },
      /^the Job has not become active; .*list resource "events"$/,
    ],
    ['an active Job without a pod', { job: job(1_500, { active: 1 }), pods: [] }, /^no pod has appeared; /],
    [
      'a pod that says nothing',
      { job: job(2e4), pods: [pod(10_001, waiting('ContainerCreating'))] },
      /^ContainerCreating; only events say why, and the worker may not read them: events is forbidden/,
    ],
  ])('says which right is missing for %s', (_name, view, reason) => {
    expect(assess({ ...view, eventsRefused: EVENTS_REFUSED }).kind).not.toBe('cannot_start');
    expect(assess({ ...view, eventsRefused: EVENTS_REFUSED })).toMatchObject({
      reason: expect.stringMatching(reason),
    });
    expect(assess(view)).not.toMatchObject({ reason: expect.anything() });
  });

  it('needs no right on events for what conditions say', () => {
    const view = { job: job(500), pods: [pod(500, waiting('Unschedulable', 'no nodes'))] };
    expect(assess({ ...view, eventsRefused: EVENTS_REFUSED })).toMatchObject({
      reason: 'Unschedulable: no nodes',
    });
  });
});
