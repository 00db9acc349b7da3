import { describe, expect, it } from '@jest/globals';
import type { JobView, PodState, PodView, RunView } from '@app/runner';
import { assessRun, mustDeleteJob, type KnownRun } from './assess-run.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const limits = { startMs: 60_000, imageMs: 30_000, queueMs: 600_000 };
const ago = (ms: number) => new Date(NOW - ms);

function job(changes: Partial<JobView> = {}): JobView {
  return {
    jobName: 'job',
    jobUid: 'uid',
    executionId: '1',
    createdAt: ago(1_000),
    startableAt: changes.createdAt ?? ago(1_000),
    suspended: null,
    queue: null,
    active: 1,
    endedPods: 0,
    finished: null,
    isBeingDeleted: false,
    ...changes,
  };
}

function pod(state: PodState, createdMsAgo = 1_000, changes: Partial<PodView> = {}): PodView {
  const mayRun = state.kind === 'waiting' || state.kind === 'running';
  return {
    ...{ podName: 'pod', podUid: 'pod-uid', createdAt: ago(createdMsAgo), state },
    ...{ phase: mayRun ? 'active' : state.kind, mayRun },
    ...{ isKeptAlive: false, isDisrupted: false, isBeingDeleted: false },
    ...changes,
  };
}

const waiting = (reason: string | null, message: string | null = null): PodState => ({
  kind: 'waiting',
  reason,
  message,
});
const running: PodState = { kind: 'running', startedAt: ago(500) };
const succeeded: PodState = {
  kind: 'succeeded',
  startedAt: ago(500),
  endedAt: ago(100),
  interruption: null,
};
const failed = (exitCode: number | null, reason: string, message: string | null = null): PodState => ({
  kind: 'failed',
  exitCode,
  reason,
  message,
  startedAt: ago(500),
  endedAt: ago(100),
});
const finished = (succeeded: boolean, reason = '', message = '') => ({
  succeeded,
  reason,
  message,
  at: ago(50),
});
const assess = (view: RunView, retries = 0, known: Partial<KnownRun> = {}) =>
  assessRun(
    view,
    {
      ...{ jobUid: 'uid', retries, repeatable: false, limits },
      ...{ lastEnd: null, hasSucceeded: false, disruptions: 0 },
      ...known,
    },
    NOW,
  );
const ended = (status: string, exitCode: number | null, reason: string | null) => ({
  kind: 'ended',
  end: { status, exitCode, reason },
});
const cannotStart = (status: string, reason: unknown) => ({
  kind: 'cannot_start',
  end: { status, exitCode: null, reason },
});

describe('assessRun', () => {
  it.each<[string, RunView, object]>([
    ['no Job', { job: null, pods: [] }, { kind: 'vanished' }],
    [
      'another Job with that name',
      { job: job({ jobUid: 'other' }), pods: [pod(running)] },
      { kind: 'vanished' },
    ],
    ['no Job, but a leftover pod', { job: null, pods: [pod(running)] }, { kind: 'vanished' }],
    ['a new Job', { job: job({ active: 0 }), pods: [] }, { kind: 'job_created' }],
    ['an active Job', { job: job(), pods: [] }, { kind: 'waiting_for_pod', reason: null }],
    [
      'a starting pod',
      { job: job(), pods: [pod(waiting('ContainerCreating'))] },
      { kind: 'waiting_for_pod', reason: null },
    ],
    [
      'a pod without a node',
      { job: job(), pods: [pod(waiting('Unschedulable', '0/3 nodes'))] },
      { kind: 'waiting_for_pod', reason: 'Unschedulable: 0/3 nodes', until: ago(1_000 - limits.startMs) },
    ],
    ['a running pod', { job: job(), pods: [pod(running)] }, { kind: 'running' }],
    ['a pod that succeeded', { job: job(), pods: [pod(succeeded)] }, ended('FINISHED', 0, null)],
    ['a failed pod', { job: job(), pods: [pod(failed(3, 'Error'))] }, ended('POD_FAILED', 3, null)],
    [
      'a container that was killed for using too much memory',
      { job: job(), pods: [pod(failed(137, 'OOMKilled'))] },
      ended('POD_FAILED', 137, 'OOMKilled'),
    ],
    [
      'an evicted pod',
      { job: job(), pods: [pod(failed(null, 'Evicted', 'the node was low on memory'))] },
      ended('POD_FAILED', null, 'Evicted: the node was low on memory'),
    ],
    [
      'a pod past its deadline',
      { job: job(), pods: [pod(failed(143, 'DeadlineExceeded', 'Pod was active too long'))] },
      ended('TIMED_OUT', 143, 'Pod was active too long'),
    ],
    [
      'a pod past its deadline, without a message',
      { job: job(), pods: [pod(failed(null, 'DeadlineExceeded'))] },
      ended('TIMED_OUT', null, 'the time limit was exceeded'),
    ],
    [
      'a complete Job',
      { job: job({ finished: finished(true) }), pods: [pod(succeeded)] },
      ended('FINISHED', 0, null),
    ],
    [
      'a complete Job without pods',
      { job: job({ finished: finished(true) }), pods: [] },
      ended('FINISHED', 0, null),
    ],
    [
      'a failed Job',
      { job: job({ finished: finished(false, 'BackoffLimitExceeded') }), pods: [pod(failed(2, 'Error'))] },
      ended('POD_FAILED', 2, null),
    ],
    [
      'a failed Job without pods',
      { job: job({ finished: finished(false, 'BackoffLimitExceeded', 'too often') }), pods: [] },
      ended('POD_FAILED', null, 'BackoffLimitExceeded: too often'),
    ],
    [
      'a Job past its own deadline, which removed its pods',
      { job: job({ finished: finished(false, 'DeadlineExceeded') }), pods: [] },
      ended('TIMED_OUT', null, 'DeadlineExceeded'),
    ],
  ])('%s', (_name, view, expected) => {
    expect(assess(view)).toEqual(expected);
  });

  it.each<[string, RunView, object]>([
    [
      'a failed pod',
      { job: job(), pods: [pod(failed(3, 'Error'))] },
      { kind: 'waiting_for_pod', reason: null },
    ],
    ['the next attempt', { job: job(), pods: [pod(failed(3, 'Error')), pod(running)] }, { kind: 'running' }],
    [
      'the next attempt while it waits',
      { job: job(), pods: [pod(failed(3, 'Error')), pod(waiting('ErrImagePull'))] },
      { kind: 'waiting_for_pod', reason: 'ErrImagePull', until: ago(1_000 - limits.imageMs) },
    ],
    [
      'a success in the end',
      { job: job(), pods: [pod(failed(3, 'Error')), pod(succeeded)] },
      ended('FINISHED', 0, null),
    ],
    [
      'all attempts failed',
      {
        job: job({ finished: finished(false, 'BackoffLimitExceeded') }),
        pods: [pod(failed(3, 'Error')), pod(failed(4, 'Error'))],
      },
      ended('POD_FAILED', 4, null),
    ],
  ])('with a retry: %s', (_name, view, expected) => {
    expect(assess(view, 1)).toEqual(expected);
  });

  it.each<[string, RunView, object]>([
    [
      'a success whose pod Kubernetes counts as failed',
      { job: job(), pods: [pod(succeeded, 1_000, { phase: 'failed' })] },
      ended('FINISHED', 0, null),
    ],
    [
      'a success that a sidecar keeps alive',
      { job: job(), pods: [pod(succeeded, 1_000, { phase: 'active', isKeptAlive: true })] },
      ended('FINISHED', 0, null),
    ],
    [
      'a success in a Job that failed because of another container',
      { job: job({ finished: finished(false, 'PodFailurePolicy') }), pods: [pod(succeeded)] },
      ended('FINISHED', 0, null),
    ],
    [
      'a success that Kubernetes runs again',
      { job: job(), pods: [pod(succeeded, 2_000, { phase: 'failed', isDisrupted: true }), pod(running)] },
      ended('FINISHED', 0, null),
    ],
    [
      'a success whose Job is gone and whose pod is not',
      { job: null, pods: [pod(succeeded)] },
      ended('FINISHED', 0, null),
    ],
    [
      'a failed pod of a Job that is being deleted',
      { job: job({ isBeingDeleted: true }), pods: [pod(failed(143, 'Error'))] },
      ended('POD_FAILED', 143, null),
    ],
    [
      'an init container that failed',
      {
        job: job({ finished: finished(false, 'PodFailurePolicy') }),
        pods: [pod(failed(null, 'InitContainerFailed', 'setup exited with code 1'))],
      },
      ended(
        'POD_FAILED',
        null,
        'InitContainerFailed: setup exited with code 1; only failures of the proc itself are retried',
      ),
    ],
    [
      'a failure that a sidecar has kept alive for 9 s',
      {
        job: job(),
        pods: [
          pod({ ...failed(3, 'Error'), endedAt: ago(9_000) } as PodState, 20_000, { isKeptAlive: true }),
        ],
      },
      { kind: 'waiting_for_pod', reason: null },
    ],
    [
      'a failure that a sidecar has kept alive for 11 s',
      {
        job: job(),
        pods: [
          pod({ ...failed(3, 'Error'), endedAt: ago(11_000) } as PodState, 20_000, { isKeptAlive: true }),
        ],
      },
      { kind: 'held_open', pod: expect.objectContaining({ podUid: 'pod-uid' }) },
    ],
  ])('with retries: %s', (_name, view, expected) => {
    expect(assess(view, 2)).toEqual(expected);
  });

  it('ends with a recorded success, even if its Job and pod are gone', () => {
    const known = { hasSucceeded: true };
    expect(assess({ job: null, pods: [] }, 0, known)).toEqual(ended('FINISHED', 0, null));
    const failedJob = job({ finished: finished(false, 'PodFailurePolicy', 'Container mesh failed') });
    expect(assess({ job: failedJob, pods: [] }, 1, known)).toEqual(ended('FINISHED', 0, null));
  });

  it('waits between attempts, however long ago the Job was created, if the pods of earlier ones are gone', () => {
    const old = { job: job({ createdAt: ago(600_000) }), pods: [] };
    expect(assess(old, 1).kind).toBe('cannot_start');
    expect(assess(old, 1, { lastEnd: { exitCode: 3, reason: 'Error' } })).toEqual({
      kind: 'waiting_for_pod',
      reason: null,
    });
  });

  it.each([
    [{ exitCode: 3, reason: 'Error' }, 'POD_FAILED', 3, null],
    [{ exitCode: 3, reason: 'Error: no\ndata' }, 'POD_FAILED', 3, 'no\ndata'],
    [
      { exitCode: 143, reason: 'EvictionByEvictionAPI: evicting' },
      'POD_FAILED',
      143,
      'EvictionByEvictionAPI: evicting',
    ],
    [{ exitCode: 137, reason: 'DeadlineExceeded: too long' }, 'TIMED_OUT', 137, 'too long'],
  ])('ends a failed Job whose pod is gone as %j was recorded', (lastEnd, status, exitCode, reason) => {
    const failedJob = job({ finished: finished(false, 'BackoffLimitExceeded') });
    expect(assess({ job: failedJob, pods: [] }, 0, { lastEnd })).toEqual(ended(status, exitCode, reason));
  });

  it('gives up after ten disrupted attempts, saying why the last one was', () => {
    const evicted = pod(failed(143, 'EvictionByEvictionAPI', 'evicting'), 1_000, { isDisrupted: true });
    const view = { job: job(), pods: [evicted] };
    expect(assess(view, 1, { disruptions: 10 })).toEqual({ kind: 'waiting_for_pod', reason: null });
    expect(assess(view, 1, { disruptions: 11 })).toEqual({
      kind: 'disrupted_too_often',
      end: {
        status: 'POD_FAILED',
        exitCode: 143,
        reason:
          'Kubernetes stopped 11 attempts, more than the 10 it may; the last: EvictionByEvictionAPI: evicting',
      },
    });
  });

  it('ends a disrupted attempt of a proc without retries', () => {
    const evicted = pod(failed(143, 'EvictionByEvictionAPI', 'evicting'), 1_000, { isDisrupted: true });
    expect(assess({ job: job(), pods: [evicted] })).toEqual(
      ended('POD_FAILED', 143, 'EvictionByEvictionAPI: evicting'),
    );
  });

  it.each<[string, RunView, object]>([
    [
      'a Job that never becomes active',
      { job: job({ active: 0, createdAt: ago(60_001) }), pods: [] },
      cannotStart('JOB_CREATION_FAILED', expect.stringContaining('60 s')),
    ],
    [
      'a Job that gets no pod',
      { job: job({ createdAt: ago(60_001) }), pods: [] },
      cannotStart('POD_CREATION_FAILED', expect.stringContaining('60 s')),
    ],
    [
      'an image that cannot be pulled',
      { job: job(), pods: [pod(waiting('ImagePullBackOff', 'not found'), 30_001)] },
      cannotStart('POD_CREATION_FAILED', 'ImagePullBackOff: not found (after 30 s)'),
    ],
    [
      'an invalid image name',
      { job: job(), pods: [pod(waiting('InvalidImageName'))] },
      cannotStart('POD_CREATION_FAILED', 'InvalidImageName'),
    ],
    [
      'a Secret that never comes',
      { job: job(), pods: [pod(waiting('CreateContainerConfigError', 'secret not found'), 60_001)] },
      cannotStart('POD_CREATION_FAILED', 'CreateContainerConfigError: secret not found (after 60 s)'),
    ],
    [
      'a pod without a reason',
      { job: job(), pods: [pod(waiting(null), 60_001)] },
      cannotStart('POD_CREATION_FAILED', 'the pod did not start (after 60 s)'),
    ],
  ])('gives up on %s', (_name, view, expected) => {
    expect(assess(view)).toEqual(expected);
  });

  it.each<[string, RunView]>([
    ['an image', { job: job(), pods: [pod(waiting('ErrImagePull'), 29_999)] }],
    ['a Secret', { job: job(), pods: [pod(waiting('CreateContainerConfigError'), 59_999)] }],
    ['a pod', { job: job({ createdAt: ago(59_999) }), pods: [] }],
    ['a new pod of an old Job', { job: job({ createdAt: ago(9e7) }), pods: [pod(waiting(null))] }],
  ])('waits for %s within its limit', (_name, view) => {
    expect(assess(view).kind).toBe('waiting_for_pod');
  });
});

describe('a Job in a queue', () => {
  const queued = (changes: Partial<JobView> = {}) => job({ queue: 'batch', active: 0, ...changes });
  const since = ago(20_000);
  const suspended = { suspended: { since } };
  const until = new Date(since.getTime() + limits.queueMs);
  const deleted = { isBeingDeleted: true };
  const stopped = pod(failed(143, 'Error'), 30_000, deleted);
  const repeatable = { repeatable: true };
  const waitsAgain = { kind: 'waiting_for_pod', reason: 'preempted; waits in the queue batch', until };

  it.each<[string, RunView, object]>([
    [
      'waits before its first pod, with what Kueue says',
      {
        job: queued({ ...suspended, queueWarning: { reason: 'Pending', message: 'no quota', at: ago(0) } }),
        pods: [],
      },
      { kind: 'job_created', reason: 'waits in the queue batch: no quota', until },
    ],
    [
      'waits without a word from Kueue',
      { job: queued(suspended), pods: [] },
      { kind: 'job_created', reason: 'waits in the queue batch', until },
    ],
    [
      'is given up after its own limit',
      { job: queued({ suspended: { since: ago(limits.queueMs + 1) } }), pods: [] },
      cannotStart('JOB_CREATION_FAILED', 'waits in the queue batch (after 600 s)'),
    ],
    [
      'is not given up if it was suspended just now, however old it is',
      { job: queued({ createdAt: ago(limits.queueMs * 2), suspended: { since: null } }), pods: [] },
      {
        kind: 'job_created',
        reason: 'waits in the queue batch',
        until: new Date(NOW + limits.queueMs),
      },
    ],
    [
      'has all its time to start once it is resumed',
      { job: queued({ createdAt: ago(limits.queueMs), startableAt: ago(1_000), active: 1 }), pods: [] },
      { kind: 'waiting_for_pod', reason: null },
    ],
    [
      'is preempted while its pod runs',
      { job: queued(suspended), pods: [pod(running, 30_000, deleted)] },
      waitsAgain,
    ],
    ['is preempted', { job: queued(suspended), pods: [stopped] }, waitsAgain],
    [
      'has its pod stopped, and it is not known yet that it was preempted',
      { job: queued({ active: 1 }), pods: [stopped] },
      { kind: 'waiting_for_pod', reason: null },
    ],
    [
      'was preempted and is resumed',
      { job: queued({ startableAt: ago(2_000), active: 1 }), pods: [stopped] },
      { kind: 'waiting_for_pod', reason: null },
    ],
    [
      'runs again',
      { job: queued({ startableAt: ago(2_000), active: 1 }), pods: [stopped, pod(running, 1_000)] },
      { kind: 'running' },
    ],
    [
      'had its pod deleted by someone, which Kubernetes counts as a failure',
      { job: queued({ finished: finished(false, 'BackoffLimitExceeded') }), pods: [stopped] },
      ended('POD_FAILED', 143, null),
    ],
    [
      'fails by itself',
      { job: queued({ active: 1 }), pods: [pod(failed(3, 'Error'))] },
      ended('POD_FAILED', 3, null),
    ],
    [
      'succeeds although it is preempted',
      { job: queued(suspended), pods: [pod(succeeded, 1_000, deleted)] },
      ended('FINISHED', 0, null),
    ],
  ])('%s', (_name, view, expected) => {
    expect(assess(view, 0, repeatable)).toEqual(expected);
  });

  it('has the usual time to start again after it was preempted', () => {
    const lastEnd = { exitCode: 143, reason: 'Preempted: the queue batch took its place back' };
    const resumedAt = (msAgo: number) => ({ job: queued({ startableAt: ago(msAgo), active: 1 }), pods: [] });
    const known = { ...repeatable, lastEnd };
    expect(assess(resumedAt(1_000), 0, known)).toEqual({ kind: 'waiting_for_pod', reason: null });
    expect(assess(resumedAt(limits.startMs + 1), 0, known)).toMatchObject({ kind: 'cannot_start' });
    const late = queued({ finished: finished(false, 'DeadlineExceeded', 'too late') });
    expect(assess({ job: late, pods: [] }, 0, known)).toMatchObject({ end: { status: 'TIMED_OUT' } });
  });

  it('is not run again by someone who suspends it, without retries', () => {
    const bySomeone = { job: job({ ...suspended, active: 0 }), pods: [stopped] };
    expect(assess(bySomeone)).toMatchObject({
      kind: 'disrupted_too_often',
      end: {
        status: 'POD_FAILED',
        exitCode: 143,
        reason: expect.stringMatching(/^stopped: the Job was suspended/),
      },
    });
    expect(assess(bySomeone, 1)).toMatchObject({ reason: 'preempted; the Job is suspended' });
    expect(assess({ ...bySomeone, pods: [] })).toMatchObject({ reason: 'the Job is suspended' });
  });
});

describe('mustDeleteJob', () => {
  const success = { status: 'FINISHED', exitCode: 0, reason: null } as const;
  const failure = { status: 'POD_FAILED', exitCode: 3, reason: null } as const;

  it.each<[string, RunView, typeof success | typeof failure, number, boolean]>([
    ['an ordinary success', { job: job(), pods: [pod(succeeded)] }, success, 2, false],
    ['an ordinary failure', { job: job(), pods: [pod(failed(3, 'Error'))] }, failure, 0, false],
    [
      'a finished Job',
      { job: job({ finished: finished(false) }), pods: [pod(succeeded, 1, { phase: 'failed' })] },
      success,
      2,
      false,
    ],
    [
      'a sidecar that goes on after a success',
      { job: job(), pods: [pod(succeeded, 1, { phase: 'active', isKeptAlive: true })] },
      success,
      0,
      true,
    ],
    [
      'a sidecar that goes on after a failure',
      { job: job(), pods: [pod(failed(3, 'Error'), 1, { phase: 'active', isKeptAlive: true })] },
      failure,
      0,
      true,
    ],
    [
      'a success that Kubernetes counts as failed',
      { job: job(), pods: [pod(succeeded, 1, { phase: 'failed' })] },
      success,
      1,
      true,
    ],
    [
      'a success that was disrupted',
      { job: job(), pods: [pod(succeeded, 1, { phase: 'active', isDisrupted: true })] },
      success,
      1,
      true,
    ],
    [
      'a success that was disrupted, without retries',
      { job: job(), pods: [pod(succeeded, 1, { phase: 'failed', isDisrupted: true })] },
      success,
      0,
      false,
    ],
    ['a success in a queue', { job: job({ queue: 'q' }), pods: [pod(succeeded)] }, success, 0, false],
    [
      'a success that its queue has suspended',
      { job: job({ queue: 'q', suspended: { since: null } }), pods: [pod(succeeded)] },
      success,
      0,
      true,
    ],
    ['a success in a queue whose pod is gone', { job: job({ queue: 'q' }), pods: [] }, success, 0, true],
    ['a success that runs again', { job: job(), pods: [pod(succeeded), pod(running)] }, success, 1, true],
  ])('decides for %s', (_name, view, end, retries, expected) => {
    expect(mustDeleteJob(view, end, retries)).toBe(expected);
  });
});
