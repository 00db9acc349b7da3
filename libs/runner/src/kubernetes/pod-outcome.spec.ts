import type { V1ContainerState, V1Job, V1JobStatus, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import type { PodState } from '../runner.js';
import { jobNameOfPod, toJobView, toPodView } from './pod-outcome.js';

const T = (second: number) => `2027-01-15T08:00:0${second}Z`;
const D = (second: number) => new Date(T(second));

/** Objects as the watch delivers them: plain JSON, instants as text. */
const podOf = (status: object, metadata: object = {}, spec: object = {}) =>
  ({
    metadata: { name: 'p', uid: 'u', creationTimestamp: T(0), ...metadata },
    spec,
    status,
  }) as unknown as V1Pod;
const withContainer = (phase: string, state: object, more: Partial<V1PodStatus> = {}) => ({
  phase,
  ...more,
  containerStatuses: [
    { name: 'sidecar', state: { running: { startedAt: T(1) } } },
    { name: 'proc', state: state as V1ContainerState },
  ],
});
const terminated = (exitCode: number, reason: string, message?: string) => ({
  terminated: { exitCode, reason, message, startedAt: T(1), finishedAt: T(2) },
});
const failed = (exitCode: number | null, reason: string, message: string | null = null): PodState => ({
  kind: 'failed',
  exitCode,
  reason,
  message,
  startedAt: D(1),
  endedAt: D(2),
});
const succeeded = (interruption: string | null = null): PodState => ({
  kind: 'succeeded',
  startedAt: D(1),
  endedAt: D(2),
  interruption,
});
const DISRUPTED = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByTaintManager',
  message: 'tainted',
  lastTransitionTime: T(3),
};

describe('toPodView', () => {
  it.each<[string, object, PodState]>([
    ['not processed yet', { phase: 'Pending' }, { kind: 'waiting', reason: null, message: null }],
    [
      'unschedulable',
      {
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' },
        ],
      },
      { kind: 'waiting', reason: 'Unschedulable', message: '0/3 nodes' },
    ],
    ...[
      'ContainerCreating',
      'ErrImagePull',
      'ImagePullBackOff',
      'InvalidImageName',
      'CreateContainerConfigError',
    ].map((reason): [string, object, PodState] => [
      reason,
      withContainer('Pending', { waiting: { reason, message: 'why' } }),
      { kind: 'waiting', reason, message: 'why' },
    ]),
    [
      'running',
      withContainer('Running', { running: { startedAt: T(1) } }),
      { kind: 'running', startedAt: D(1) },
    ],
    ['ended with 0', withContainer('Succeeded', terminated(0, 'Completed')), succeeded()],
    ['ended with 0, its phase behind', withContainer('Running', terminated(0, 'Completed')), succeeded()],
    ['ended with 3', withContainer('Failed', terminated(3, 'Error')), failed(3, 'Error')],
    ['ended with 3, its phase behind', withContainer('Running', terminated(3, 'Error')), failed(3, 'Error')],
    ['OOMKilled', withContainer('Failed', terminated(137, 'OOMKilled')), failed(137, 'OOMKilled')],
    [
      'StartError',
      withContainer('Failed', terminated(128, 'StartError', 'exec: not found')),
      failed(128, 'StartError', 'exec: not found'),
    ],
    [
      'ContainerCannotRun',
      withContainer('Failed', terminated(127, 'ContainerCannotRun')),
      failed(127, 'ContainerCannotRun'),
    ],
    [
      'past its deadline while it ran',
      withContainer('Failed', terminated(137, 'Error'), { reason: 'DeadlineExceeded', message: 'too long' }),
      failed(137, 'DeadlineExceeded', 'too long'),
    ],
    [
      'past its deadline though it ended with 0',
      withContainer('Failed', terminated(0, 'Completed'), { reason: 'DeadlineExceeded' }),
      failed(0, 'DeadlineExceeded'),
    ],
    [
      'evicted, without container statuses',
      { phase: 'Failed', reason: 'Evicted', message: 'low on memory', startTime: T(1) },
      {
        kind: 'failed',
        exitCode: null,
        reason: 'Evicted',
        message: 'low on memory',
        startedAt: null,
        endedAt: D(1),
      },
    ],
    [
      'on a lost node',
      withContainer('Failed', { running: { startedAt: T(1) } }, { reason: 'NodeLost' }),
      { kind: 'failed', exitCode: null, reason: 'NodeLost', message: null, startedAt: D(1), endedAt: D(0) },
    ],
    [
      'disrupted',
      withContainer('Failed', terminated(143, 'Error'), { conditions: [DISRUPTED] } as object),
      failed(143, 'DeletionByTaintManager', 'tainted'),
    ],
    [
      'out of sight of its kubelet',
      withContainer('Failed', terminated(137, 'ContainerStatusUnknown'), {
        conditions: [DISRUPTED],
      } as object),
      { ...failed(null, 'DeletionByTaintManager', 'tainted'), endedAt: D(3) } as PodState,
    ],
    [
      'failed without any reason',
      { phase: 'Failed' },
      { kind: 'failed', exitCode: null, reason: 'Unknown', message: null, startedAt: null, endedAt: D(0) },
    ],
  ])('reads a pod that is %s', (_case, status, state) => {
    const view = toPodView(podOf(status));
    expect(view).toMatchObject({ podName: 'p', podUid: 'u', createdAt: D(0), isBeingDeleted: false });
    expect(view.state).toEqual(state);
  });

  const atDeadline = (limitSeconds: number, exitCode: number) =>
    toPodView(
      podOf(
        withContainer('Failed', terminated(exitCode, exitCode === 0 ? 'Completed' : 'Error'), {
          ...{ reason: 'DeadlineExceeded', message: 'too long', startTime: T(0) as never },
        }),
        {},
        { activeDeadlineSeconds: limitSeconds },
      ),
    ).state;

  it.each<[string, number, number, PodState]>([
    ['0 a second before', 3, 0, succeeded()],
    ['0 in the second of', 2, 0, failed(0, 'DeadlineExceeded', 'too long')],
    ['0 after', 1, 0, failed(0, 'DeadlineExceeded', 'too long')],
    ['3 a second before', 3, 3, failed(3, 'Error')],
    ['143 after', 2, 143, failed(143, 'DeadlineExceeded', 'too long')],
  ])('reads a container that ended with %s the deadline of its pod', (_case, limitSeconds, code, state) => {
    expect(atDeadline(limitSeconds, code)).toEqual(state);
  });

  it.each<[string, string, string | null]>([
    ['told it to stop', T(1), 'DeletionByTaintManager: tainted'],
    ['came after its end', T(3), null],
  ])('notes a drain that %s', (_case, lastTransitionTime, note) => {
    const conditions = [{ ...DISRUPTED, lastTransitionTime }];
    const status = withContainer('Succeeded', terminated(0, 'Completed'), { conditions } as object);
    expect(toPodView(podOf(status))).toMatchObject({ isDisrupted: true, state: succeeded(note) });
  });

  const withInit = (initContainers: object[], initContainerStatuses: object[], more: object = {}) =>
    toPodView(
      podOf(
        {
          phase: 'Pending',
          initContainerStatuses,
          containerStatuses: [{ name: 'proc', state: { waiting: { reason: 'PodInitializing' } } }],
          ...more,
        },
        {},
        { initContainers },
      ),
    ).state;
  const setup = { name: 'setup' };
  const mesh = { name: 'mesh', restartPolicy: 'Always' };

  it.each<[string, PodState, PodState]>([
    [
      'whose image cannot be pulled',
      withInit(
        [setup],
        [{ name: 'setup', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      ),
      { kind: 'waiting', reason: 'ErrImagePull', message: 'init container setup: not found' },
    ],
    [
      'that runs',
      withInit([setup], [{ name: 'setup', state: { running: { startedAt: T(1) } } }]),
      { kind: 'waiting', reason: 'PodInitializing', message: 'init container setup has not finished' },
    ],
    [
      'that is done, so that its own container is next',
      withInit([setup], [{ name: 'setup', state: terminated(0, 'Completed') }]),
      { kind: 'waiting', reason: 'PodInitializing', message: null },
    ],
    [
      'that failed',
      withInit([setup], [{ name: 'setup', state: terminated(1, 'Error', 'no route') }], { phase: 'Failed' }),
      {
        kind: 'failed',
        exitCode: null,
        reason: 'InitContainerFailed',
        message: 'setup exited with code 1 (no route)',
        startedAt: null,
        endedAt: D(0),
      },
    ],
    [
      'that failed because the pod was evicted',
      withInit([setup], [{ name: 'setup', state: terminated(137, 'Error') }], {
        ...{ phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
      }),
      {
        kind: 'failed',
        exitCode: null,
        reason: 'Evicted',
        message: 'low on memory',
        startedAt: null,
        endedAt: D(0),
      },
    ],
    [
      'that is a sidecar and does not start',
      withInit(
        [mesh, setup],
        [
          {
            name: 'mesh',
            started: false,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
          },
        ],
      ),
      { kind: 'waiting', reason: 'CrashLoopBackOff', message: 'init container mesh: back-off' },
    ],
    [
      'that is a sidecar and has started',
      withInit([mesh], [{ name: 'mesh', started: true, state: { running: { startedAt: T(1) } } }]),
      { kind: 'waiting', reason: 'PodInitializing', message: null },
    ],
  ])('reads a pod with an init container %s', (_case, state, expected) => {
    expect(state).toEqual(expected);
  });

  it.each<[string, object, object, Partial<ReturnType<typeof toPodView>>]>([
    [
      'runs',
      withContainer('Running', { running: { startedAt: T(1) } }),
      {},
      { phase: 'active', mayRun: true, isKeptAlive: false },
    ],
    ['has no node yet', { phase: 'Pending' }, {}, { mayRun: true }],
    [
      'is deleted before it has a node',
      { phase: 'Pending' },
      { deletionTimestamp: T(5) },
      { phase: 'active', mayRun: false },
    ],
    [
      'is kept alive by a sidecar',
      withContainer('Running', terminated(0, 'Completed')),
      {},
      { phase: 'active', mayRun: false, isKeptAlive: true },
    ],
    [
      'has ended',
      withContainer('Failed', terminated(0, 'Completed')),
      {},
      { phase: 'failed', mayRun: false, isKeptAlive: false },
    ],
  ])('says whether a pod goes on that %s', (_case, status, metadata, expected) => {
    expect(toPodView(podOf(status, metadata))).toMatchObject(expected);
  });

  it('counts neither containers that have ended nor finished init containers as keeping a pod alive', () => {
    const status = {
      phase: 'Running',
      initContainerStatuses: [{ name: 'setup', state: terminated(0, 'Completed') }],
      containerStatuses: [
        { name: 'sidecar', state: terminated(143, 'Error') },
        { name: 'proc', state: terminated(0, 'Completed') },
      ],
    };
    expect(toPodView(podOf(status, {}, { initContainers: [setup] }))).toMatchObject({ isKeptAlive: false });
    const native = { ...status, initContainerStatuses: [{ name: 'mesh', state: { running: {} } }] };
    expect(toPodView(podOf(native, {}, { initContainers: [mesh] }))).toMatchObject({ isKeptAlive: true });
  });

  it("reads the client's own objects, whose instants are Dates", () => {
    const running = withContainer('Running', { running: { startedAt: D(1) } });
    expect(toPodView(podOf(running, { creationTimestamp: D(0) }))).toMatchObject({
      createdAt: D(0),
      state: { startedAt: D(1) },
    });
  });

  it('recognizes a pod that is being deleted', () => {
    expect(toPodView(podOf({ phase: 'Running' }, { deletionTimestamp: T(5) })).isBeingDeleted).toBe(true);
  });
});

describe('jobNameOfPod', () => {
  it.each([
    [{ labels: { 'job-name': 'j' } }, 'j'],
    [{ labels: { 'batch.kubernetes.io/job-name': 'j' } }, 'j'],
    [{ ownerReferences: [{ kind: 'Job', name: 'j' }] }, 'j'],
    [{ ownerReferences: [{ kind: 'ReplicaSet', name: 'r' }] }, null],
  ])('finds the Job of %j', (metadata, expected) => {
    expect(jobNameOfPod(podOf({}, metadata))).toBe(expected);
  });
});

describe('toJobView', () => {
  const jobOf = (status: object) =>
    ({
      metadata: { name: 'j', uid: 'u', creationTimestamp: T(0), labels: { 'proctor.io/execution-id': '7' } },
      status: status as V1JobStatus,
    }) as unknown as V1Job;

  it.each([
    ['new', {}, 0, null],
    ['active', { active: 1 }, 1, null],
    ['about to fail', { active: 0, conditions: [{ type: 'FailureTarget', status: 'True' }] }, 0, null],
    [
      'complete',
      {
        conditions: [
          {
            type: 'Complete',
            status: 'True',
            reason: 'CompletionsReached',
            message: 'done',
            lastTransitionTime: T(4),
          },
        ],
      },
      0,
      { succeeded: true, reason: 'CompletionsReached', message: 'done', at: D(4) },
    ],
    [
      'failed',
      {
        conditions: [
          { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: T(4) },
        ],
      },
      0,
      { succeeded: false, reason: 'BackoffLimitExceeded', message: '', at: D(4) },
    ],
    ['no longer failed', { conditions: [{ type: 'Failed', status: 'False' }] }, 0, null],
  ])('reads a Job that is %s', (_case, status, active, finished) => {
    expect(toJobView(jobOf(status))).toEqual({
      jobName: 'j',
      jobUid: 'u',
      executionId: '7',
      createdAt: D(0),
      startableAt: D(0),
      suspended: null,
      queue: null,
      active,
      endedPods: 0,
      finished,
      isBeingDeleted: false,
    });
  });

  const suspension = (status: string, second: number) => ({
    conditions: [{ type: 'Suspended', status, lastTransitionTime: T(second) }],
  });

  it.each<[string, boolean, object, object]>([
    ['never suspended', false, {}, { suspended: null, startableAt: D(0) }],
    ['created suspended', true, {}, { suspended: { since: D(0) } }],
    ['suspended', true, suspension('True', 3), { suspended: { since: D(3) } }],
    ['resumed, not yet noted', false, suspension('True', 3), { suspended: { since: D(3) } }],
    ['resumed', false, suspension('False', 5), { suspended: null, startableAt: D(5) }],
    ['suspended again, not yet noted', true, suspension('False', 5), { suspended: { since: null } }],
  ])('reads when a Job may start that is %s', (_case, suspend, status, expected) => {
    const job = jobOf(status);
    const labels = { ...job.metadata?.labels, 'kueue.x-k8s.io/queue-name': 'batch' };
    const queued = { ...job, metadata: { ...job.metadata, labels }, spec: { suspend } } as unknown as V1Job;
    expect(toJobView(queued)).toMatchObject({ queue: 'batch', ...expected });
  });

  it('counts terminated pods, whether they succeeded or failed', () => {
    expect(toJobView(jobOf({ failed: 2, succeeded: 1 }))).toMatchObject({ endedPods: 3 });
  });
});
