import { describe, expect, it } from '@jest/globals';
import type {
  V1Container,
  V1ContainerState,
  V1ContainerStatus,
  V1Job,
  V1JobStatus,
  V1Pod,
  V1PodCondition,
  V1PodStatus,
} from '@kubernetes/client-node';
import fc from 'fast-check';
import { toJobView, toPodView } from '../../../libs/runner/src/testing/read-objects.js';
import { assessRun, type Assessment } from './assess-run.js';

/** All times as seconds after the pod was bound to its node. */
const BOUND_MS = Date.parse('2027-01-15T08:00:00Z');
const at = (second: number) => new Date(BOUND_MS + second * 1000);
const NOW_SECOND = 30;
const DEADLINE_SECOND = 20;

const OWN = 'proc';
const waiting = (reason: string, message?: string): V1ContainerState => ({ waiting: { reason, message } });
const running: V1ContainerState = { running: { startedAt: at(1) } };
const ended = (exitCode: number, more: { reason?: string; message?: string; at?: number } = {}) => ({
  terminated: {
    exitCode,
    reason: more.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    message: more.message,
    startedAt: at(1),
    finishedAt: at(more.at ?? 10),
  },
});
const CREATING = waiting('ContainerCreating');
const INITIALIZING = waiting('PodInitializing');
const LOST = ended(137, { reason: 'ContainerStatusUnknown' });

interface PodCase {
  phase?: string;
  /** The state of our own container. Undefined: it has no status. */
  own?: V1ContainerState;
  /** Other containers of the pod, as injected. */
  others?: Record<string, V1ContainerState>;
  init?: Record<string, V1ContainerState>;
  /** Init containers that go on alongside. */
  sidecars?: Record<string, V1ContainerState>;
  conditions?: V1PodCondition[];
  reason?: string;
  message?: string;
  deletedAt?: number;
  createdAt?: number;
  hasNode?: boolean;
}

function statusesOf(states: Record<string, V1ContainerState>): V1ContainerStatus[] {
  return Object.entries(states).map(([name, state]) => ({
    ...{ name, state, image: 'i', imageID: '', ready: false, restartCount: 0 },
    started: state.running !== undefined,
  }));
}

function podOf(it: PodCase): V1Pod {
  const { own, others = {}, init = {}, sidecars = {}, hasNode = true } = it;
  const containers = { ...(own && { [OWN]: own }), ...others };
  const status: V1PodStatus = {
    phase: it.phase ?? 'Running',
    conditions: it.conditions,
    reason: it.reason,
    message: it.message,
    startTime: at(0),
    containerStatuses: statusesOf(containers),
    initContainerStatuses: statusesOf({ ...sidecars, ...init }),
  };
  const native = (name: string): V1Container => ({ name, restartPolicy: 'Always' });
  return {
    metadata: {
      ...{ name: 'pod', uid: `pod-${it.createdAt ?? 0}`, creationTimestamp: at(it.createdAt ?? 0) },
      deletionTimestamp: it.deletedAt === undefined ? undefined : at(it.deletedAt),
    },
    spec: {
      containers: [OWN, ...Object.keys(others)].map((name) => ({ name })),
      initContainers: [...Object.keys(sidecars).map(native), ...Object.keys(init).map((name) => ({ name }))],
      activeDeadlineSeconds: DEADLINE_SECOND,
      nodeName: hasNode ? 'node' : undefined,
    },
    status,
  };
}

interface JobCase {
  status?: V1JobStatus;
  isBeingDeleted?: boolean;
}

function jobOf({ status, isBeingDeleted }: JobCase): V1Job {
  return {
    metadata: {
      ...{ name: 'job', uid: 'job-uid', creationTimestamp: at(0) },
      deletionTimestamp: isBeingDeleted ? at(5) : undefined,
    },
    status: status ?? { active: 1 },
  };
}

interface Case {
  /** Null: it is gone. */
  job?: JobCase | null;
  pods?: PodCase[];
  retries?: number;
}

function assess({ job = {}, pods = [], retries = 0 }: Case): Assessment {
  const view = { job: job && toJobView(jobOf(job)), pods: pods.map((one) => toPodView(podOf(one))) };
  const known = {
    lastEnd: null,
    hasSucceeded: false,
    disruptions: 0,
    limits: { startMs: 60_000, imageMs: 40_000, queueMs: 600_000 },
    repeatable: false,
  };
  return assessRun(view, { jobUid: 'job-uid', retries, ...known }, at(NOW_SECOND).getTime());
}

/** In one line: `FINISHED 0`, `POD_FAILED 3 OOMKilled`, `waits: reason`, `runs`. */
function outcomeOf(one: Case): string {
  const assessment = assess(one);
  switch (assessment.kind) {
    case 'ended':
    case 'cannot_start':
    case 'disrupted_too_often': {
      const { status, exitCode, reason } = assessment.end;
      return [status, exitCode ?? '-', reason].filter((part) => part !== null).join(' ');
    }
    case 'waiting_for_pod':
      return assessment.reason === null ? 'waits' : `waits: ${assessment.reason}`;
    case 'running':
      return 'runs';
    case 'pods_refused':
      return `refused: ${assessment.reason}`;
    case 'job_created':
    case 'held_open':
    case 'vanished':
      return assessment.kind;
  }
}

const finished = (type: string, reason: string, message = ''): JobCase => ({
  status: { conditions: [{ type, status: 'True', reason, message, lastTransitionTime: at(12) }] },
});
const COMPLETE = finished('Complete', 'CompletionsReached');
const FAILED = finished('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
const POLICY = finished('Failed', 'PodFailurePolicy', 'Container mesh failed with exit code 143');
const condition = (type: string, reason: string, message: string, second = 9): V1PodCondition => ({
  ...{ type, reason, message, status: 'True', lastTransitionTime: at(second) },
});
const EVICTED = condition('DisruptionTarget', 'EvictionByEvictionAPI', 'Eviction API: evicting');
const PREEMPTED = condition('DisruptionTarget', 'PreemptionByScheduler', 'preempting');
const TAINTED = condition('DisruptionTarget', 'DeletionByTaintManager', 'tainted');
const ORPHANED = condition('DisruptionTarget', 'DeletionByPodGC', 'node is gone');
const UNSCHEDULED: V1PodCondition = {
  ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' },
};
const LATE = { reason: 'DeadlineExceeded', message: 'too long' };

describe('what the statuses of a Job and its pods mean for the execution', () => {
  it.each<[string, Case, string]>([
    // Without a pod
    ['a new Job', { job: { status: {} } }, 'job_created'],
    ['an active Job without a pod', {}, 'waits'],
    ['a Job that is gone', { job: null }, 'vanished'],
    ['a complete Job whose pod is gone', { job: COMPLETE }, 'FINISHED 0'],
    [
      'a failed Job whose pod is gone',
      { job: FAILED },
      'POD_FAILED - BackoffLimitExceeded: Job has reached the specified backoff limit',
    ],
    [
      'a Job that is past its own deadline and removed its pods',
      { job: finished('Failed', 'DeadlineExceeded', 'Job was active longer') },
      'TIMED_OUT - DeadlineExceeded: Job was active longer',
    ],
    // Pending
    ['a pod without a status', { pods: [{ phase: 'Pending' }] }, 'waits'],
    [
      'a pod without a node',
      { pods: [{ phase: 'Pending', conditions: [UNSCHEDULED], hasNode: false }] },
      'waits: Unschedulable: 0/3 nodes',
    ],
    ['a container being created', { pods: [{ phase: 'Pending', own: CREATING }] }, 'waits'],
    [
      'an image that cannot be pulled',
      { pods: [{ phase: 'Pending', own: waiting('ErrImagePull', 'not found') }] },
      'waits: ErrImagePull: not found',
    ],
    [
      'an image that could not be pulled for 40 s',
      { pods: [{ phase: 'Pending', own: waiting('ImagePullBackOff', 'not found'), createdAt: -11 }] },
      'POD_CREATION_FAILED - ImagePullBackOff: not found (after 40 s)',
    ],
    [
      'an invalid image name',
      { pods: [{ phase: 'Pending', own: waiting('InvalidImageName', 'X') }] },
      'POD_CREATION_FAILED - InvalidImageName: X',
    ],
    [
      'a missing Secret',
      { pods: [{ phase: 'Pending', own: waiting('CreateContainerConfigError', 'secret "x" not found') }] },
      'waits: CreateContainerConfigError: secret "x" not found',
    ],
    // Init containers
    [
      'an init container that runs',
      { pods: [{ phase: 'Pending', own: INITIALIZING, init: { setup: running } }] },
      'waits: PodInitializing: init container setup has not finished',
    ],
    [
      'an init container that ran for more than 60 s',
      { pods: [{ phase: 'Pending', own: INITIALIZING, init: { setup: running }, createdAt: -31 }] },
      'POD_CREATION_FAILED - PodInitializing: init container setup has not finished (after 60 s)',
    ],
    [
      "an init container's image that cannot be pulled",
      {
        pods: [
          { phase: 'Pending', own: INITIALIZING, init: { setup: waiting('ErrImagePull', 'not found') } },
        ],
      },
      'waits: ErrImagePull: init container setup: not found',
    ],
    [
      "an init container's image that could not be pulled for 40 s",
      {
        pods: [
          {
            ...{ phase: 'Pending', own: INITIALIZING, createdAt: -11 },
            init: { setup: waiting('ImagePullBackOff', 'not found') },
          },
        ],
      },
      'POD_CREATION_FAILED - ImagePullBackOff: init container setup: not found (after 40 s)',
    ],
    [
      'an init container that failed, its phase behind',
      { pods: [{ phase: 'Pending', own: INITIALIZING, init: { setup: ended(1) } }] },
      'waits: PodInitializing: init container setup exited with code 1',
    ],
    [
      'an init container that failed',
      { pods: [{ phase: 'Failed', own: INITIALIZING, init: { setup: ended(1, { message: 'no route' }) } }] },
      'POD_FAILED - InitContainerFailed: setup exited with code 1 (no route)',
    ],
    [
      'an init container that ran out of memory',
      {
        pods: [{ phase: 'Failed', own: INITIALIZING, init: { setup: ended(137, { reason: 'OOMKilled' }) } }],
      },
      'POD_FAILED - InitContainerFailed: setup exited with code 137 (OOMKilled)',
    ],
    [
      'an init container that failed, in a Job with retries',
      { retries: 2, job: POLICY, pods: [{ phase: 'Failed', own: INITIALIZING, init: { setup: ended(1) } }] },
      'POD_FAILED - InitContainerFailed: setup exited with code 1; only failures of the proc itself are retried',
    ],
    [
      'the second of two init containers that failed',
      { pods: [{ phase: 'Failed', own: INITIALIZING, init: { one: ended(0), two: ended(2) } }] },
      'POD_FAILED - InitContainerFailed: two exited with code 2',
    ],
    [
      'an init container that runs past the deadline of the pod',
      { pods: [{ phase: 'Failed', own: INITIALIZING, init: { setup: ended(137) }, ...LATE }] },
      'TIMED_OUT - too long',
    ],
    [
      'a drain while an init container runs',
      {
        pods: [{ phase: 'Failed', own: INITIALIZING, init: { setup: ended(143) }, conditions: [EVICTED] }],
      },
      'POD_FAILED - EvictionByEvictionAPI: Eviction API: evicting',
    ],
    [
      'a native sidecar that does not start',
      {
        pods: [
          {
            ...{ phase: 'Pending', own: INITIALIZING },
            sidecars: { mesh: waiting('CrashLoopBackOff', 'back-off 10s') },
          },
        ],
      },
      'waits: CrashLoopBackOff: init container mesh: back-off 10s',
    ],
    [
      'a native sidecar that runs before the container starts',
      { pods: [{ phase: 'Pending', own: INITIALIZING, sidecars: { mesh: running } }] },
      'waits',
    ],
    // Running
    ['a container that runs', { pods: [{ own: running }] }, 'runs'],
    ['a container that runs, its phase behind', { pods: [{ phase: 'Pending', own: running }] }, 'runs'],
    ['a container on a node that does not answer', { pods: [{ phase: 'Unknown', own: running }] }, 'runs'],
    ['a container in a pod that is being deleted', { pods: [{ own: running, deletedAt: 40 }] }, 'runs'],
    [
      'a container whose sidecar has failed',
      { pods: [{ own: running, others: { mesh: ended(1) } }] },
      'runs',
    ],
    [
      "a container whose sidecar's image cannot be pulled",
      { pods: [{ phase: 'Pending', own: running, others: { mesh: waiting('ErrImagePull') } }] },
      'runs',
    ],
    // Ended with 0
    ['0', { pods: [{ phase: 'Succeeded', own: ended(0) }] }, 'FINISHED 0'],
    ['0, the phase behind', { pods: [{ own: ended(0) }] }, 'FINISHED 0'],
    ['0, the Job complete', { job: COMPLETE, pods: [{ phase: 'Succeeded', own: ended(0) }] }, 'FINISHED 0'],
    ['0, the sidecar runs on', { pods: [{ own: ended(0), others: { mesh: running } }] }, 'FINISHED 0'],
    [
      '0, the sidecar ended with 143',
      { pods: [{ phase: 'Failed', own: ended(0), others: { mesh: ended(143) } }] },
      'FINISHED 0',
    ],
    [
      '0, the sidecar ended with 1, the Job failed',
      { job: POLICY, pods: [{ phase: 'Failed', own: ended(0), others: { mesh: ended(1) } }] },
      'FINISHED 0',
    ],
    [
      '0, the sidecar ran out of memory',
      { pods: [{ phase: 'Failed', own: ended(0), others: { mesh: ended(137, { reason: 'OOMKilled' }) } }] },
      'FINISHED 0',
    ],
    [
      "0, the sidecar's image could never be pulled",
      { pods: [{ phase: 'Pending', own: ended(0), others: { mesh: waiting('ImagePullBackOff') } }] },
      'FINISHED 0',
    ],
    [
      '0, the native sidecar ended with 143',
      { pods: [{ phase: 'Succeeded', own: ended(0), sidecars: { mesh: ended(143) } }] },
      'FINISHED 0',
    ],
    [
      '0, the native sidecar runs on',
      { pods: [{ own: ended(0), sidecars: { mesh: running } }] },
      'FINISHED 0',
    ],
    [
      '0, with retries, the sidecar ended with 1',
      { retries: 2, pods: [{ phase: 'Failed', own: ended(0), others: { mesh: ended(1) } }] },
      'FINISHED 0',
    ],
    [
      '0, with retries, and Kubernetes runs it again',
      {
        retries: 2,
        pods: [
          { phase: 'Failed', own: ended(0), conditions: [EVICTED] },
          { own: running, createdAt: 12 },
        ],
      },
      'FINISHED 0',
    ],
    [
      '0, because a drain told it to stop',
      { pods: [{ phase: 'Succeeded', own: ended(0), conditions: [EVICTED] }] },
      'FINISHED 0',
    ],
    [
      '0, then evicted',
      { pods: [{ phase: 'Failed', own: ended(0), reason: 'Evicted', message: 'low on memory' }] },
      'FINISHED 0',
    ],
    [
      '0 before the deadline, which the sidecar passed',
      { pods: [{ phase: 'Failed', own: ended(0, { at: 19 }), others: { mesh: ended(137) }, ...LATE }] },
      'FINISHED 0',
    ],
    [
      '0 at the deadline',
      { pods: [{ phase: 'Failed', own: ended(0, { at: 20 }), ...LATE }] },
      'TIMED_OUT 0 too long',
    ],
    [
      '0 after the deadline',
      { pods: [{ phase: 'Failed', own: ended(0, { at: 21 }), ...LATE }] },
      'TIMED_OUT 0 too long',
    ],
    ['0, the Job gone', { job: null, pods: [{ phase: 'Succeeded', own: ended(0) }] }, 'FINISHED 0'],
    ['a pod that succeeded without statuses', { pods: [{ phase: 'Succeeded' }] }, 'FINISHED 0'],
    // Another exit code
    ['3', { pods: [{ phase: 'Failed', own: ended(3) }] }, 'POD_FAILED 3'],
    ['3, the phase behind', { pods: [{ own: ended(3) }] }, 'POD_FAILED 3'],
    [
      '3 with a message',
      { pods: [{ phase: 'Failed', own: ended(3, { message: 'no data' }) }] },
      'POD_FAILED 3 no data',
    ],
    ['3, the sidecar runs on', { pods: [{ own: ended(3), others: { mesh: running } }] }, 'POD_FAILED 3'],
    [
      '3, the sidecar ended with 0',
      { pods: [{ phase: 'Failed', own: ended(3), others: { mesh: ended(0) } }] },
      'POD_FAILED 3',
    ],
    [
      '3, the sidecar ended with 1, the Job failed',
      { job: FAILED, pods: [{ phase: 'Failed', own: ended(3), others: { mesh: ended(1) } }] },
      'POD_FAILED 3',
    ],
    [
      '3 before the deadline, which the sidecar passed',
      { pods: [{ phase: 'Failed', own: ended(3), others: { mesh: ended(137) }, ...LATE }] },
      'POD_FAILED 3',
    ],
    [
      'out of memory',
      { pods: [{ phase: 'Failed', own: ended(137, { reason: 'OOMKilled' }) }] },
      'POD_FAILED 137 OOMKilled',
    ],
    [
      'a program that does not exist',
      { pods: [{ phase: 'Failed', own: ended(128, { reason: 'StartError', message: 'exec: not found' }) }] },
      'POD_FAILED 128 StartError: exec: not found',
    ],
    [
      'killed at the deadline',
      { pods: [{ phase: 'Failed', own: ended(137, { at: 20 }), ...LATE }] },
      'TIMED_OUT 137 too long',
    ],
    [
      '3 in a Job that is being deleted',
      { retries: 2, job: { isBeingDeleted: true }, pods: [{ own: ended(3) }] },
      'POD_FAILED 3',
    ],
    // Pods that Kubernetes ends
    [
      'evicted before it started',
      { pods: [{ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }] },
      'POD_FAILED - Evicted: low on memory',
    ],
    [
      'evicted while it ran',
      { pods: [{ phase: 'Failed', own: ended(137), reason: 'Evicted', message: 'low on memory' }] },
      'POD_FAILED 137 Evicted: low on memory',
    ],
    [
      'drained',
      { pods: [{ phase: 'Failed', own: ended(143), conditions: [EVICTED] }] },
      'POD_FAILED 143 EvictionByEvictionAPI: Eviction API: evicting',
    ],
    [
      'preempted',
      { pods: [{ phase: 'Failed', own: ended(143), conditions: [PREEMPTED] }] },
      'POD_FAILED 143 PreemptionByScheduler: preempting',
    ],
    [
      'on a tainted node',
      { pods: [{ phase: 'Failed', own: ended(137), conditions: [TAINTED] }] },
      'POD_FAILED 137 DeletionByTaintManager: tainted',
    ],
    [
      'on a node that is gone',
      { pods: [{ phase: 'Failed', own: running, conditions: [ORPHANED] }] },
      'POD_FAILED - DeletionByPodGC: node is gone',
    ],
    [
      'on a lost node',
      { pods: [{ phase: 'Failed', own: LOST, reason: 'NodeLost', message: 'node is lost' }] },
      'POD_FAILED - NodeLost: node is lost',
    ],
    [
      'refused by the kubelet',
      { pods: [{ phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource' }] },
      'POD_FAILED - OutOfcpu: Node did not have enough resource',
    ],
    [
      'ended with its node',
      { pods: [{ phase: 'Failed', own: ended(143), reason: 'Terminated', message: 'node shutdown' }] },
      'POD_FAILED 143 Terminated: node shutdown',
    ],
    [
      'past the deadline before it started',
      { pods: [{ phase: 'Failed', own: CREATING, ...LATE }] },
      'TIMED_OUT - too long',
    ],
    ['failed without any reason', { pods: [{ phase: 'Failed' }] }, 'POD_FAILED - Unknown'],
    // Retries
    ['with a retry, 3', { retries: 1, pods: [{ phase: 'Failed', own: ended(3, { at: 29 }) }] }, 'waits'],
    [
      'with a retry, 3, the sidecar runs on for 1 s',
      { retries: 1, pods: [{ own: ended(3, { at: 29 }), others: { mesh: running } }] },
      'waits',
    ],
    [
      'with a retry, 3, the sidecar runs on for 20 s',
      { retries: 1, pods: [{ own: ended(3), others: { mesh: running } }] },
      'held_open',
    ],
    [
      'with a retry, 3, the sidecar runs on, the pod being deleted',
      { retries: 1, pods: [{ own: ended(3), others: { mesh: running }, deletedAt: 29 }] },
      'waits',
    ],
    [
      'with a retry, 3, then running',
      {
        retries: 1,
        pods: [
          { phase: 'Failed', own: ended(3) },
          { own: running, createdAt: 12 },
        ],
      },
      'runs',
    ],
    [
      'with a retry, drained',
      { retries: 1, pods: [{ phase: 'Failed', own: ended(143), conditions: [EVICTED] }] },
      'waits',
    ],
    [
      'with a retry, 3, then 4, the Job failed',
      {
        ...{ retries: 1, job: FAILED },
        pods: [
          { phase: 'Failed', own: ended(3) },
          { phase: 'Failed', own: ended(4), createdAt: 12 },
        ],
      },
      'POD_FAILED 4',
    ],
    [
      'with a retry, 3, then 0, the sidecar ended with 1',
      {
        retries: 1,
        pods: [
          { phase: 'Failed', own: ended(3) },
          { phase: 'Failed', own: ended(0), others: { mesh: ended(1) }, createdAt: 12 },
        ],
      },
      'FINISHED 0',
    ],
  ])('%s', (_name, one, expected) => {
    expect(outcomeOf(one)).toBe(expected);
  });
});

/** The phase as the kubelet derives it from the states of all containers of a pod that never restarts them. */
function kubeletPhase(states: readonly V1ContainerState[], own: V1ContainerState): string {
  const all = [own, ...states];
  if (all.some(({ waiting: pending }) => pending !== undefined)) return 'Pending';
  if (all.some((state) => state.running)) return 'Running';
  return all.every(({ terminated }) => terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

const anyState: fc.Arbitrary<V1ContainerState> = fc.oneof(
  fc.constantFrom(
    CREATING,
    running,
    LOST,
    waiting('ErrImagePull', 'not found'),
    waiting('ImagePullBackOff'),
    waiting('InvalidImageName'),
    waiting('CrashLoopBackOff'),
    waiting('CreateContainerConfigError'),
    ended(137, { reason: 'OOMKilled' }),
    ended(128, { reason: 'StartError', message: 'exec: not found' }),
  ),
  fc
    .record({ code: fc.integer({ min: 0, max: 255 }), second: fc.integer({ min: 1, max: 29 }) })
    .map(({ code, second }) => ended(code, { at: second, message: `code ${code}` })),
);
const names = fc.constantFrom('mesh', 'agent', 'a-proxy', 'zz');
const anyOthers = fc.dictionary(names, anyState, { maxKeys: 4 });
const anyOwn = fc.oneof(
  fc.constant(running),
  fc
    .record({ code: fc.integer({ min: 0, max: 255 }), second: fc.integer({ min: 1, max: 29 }) })
    .map(({ code, second }) => ended(code, { at: second })),
);
/** What Kubernetes makes of the Job meanwhile. */
const anyJob = fc.constantFrom<JobCase>({}, POLICY, FAILED);

describe('another container of the pod', () => {
  it('never changes the outcome, whatever state it is in', () => {
    fc.assert(
      fc.property(
        anyOwn,
        anyOthers,
        anyOthers,
        anyJob,
        fc.boolean(),
        (own, others, sidecars, job, isLate) => {
          const phaseOf = (states: V1ContainerState[]) => kubeletPhase(states, own);
          const isOver = own.terminated !== undefined;
          // The deadline fails the pod as a whole, if others keep it alive until then or not.
          const late = isLate && isOver ? { phase: 'Failed', ...LATE } : {};
          const alone = { own, phase: phaseOf([]), ...late };
          const together = { own, others, sidecars, phase: phaseOf(Object.values(others)), ...late };
          // A Job with a running pod has not finished.
          const ofJob = isOver ? job : {};
          expect(outcomeOf({ job: ofJob, pods: [together] })).toBe(outcomeOf({ pods: [alone] }));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never turns a success into another attempt, with any number of retries', () => {
    fc.assert(
      fc.property(
        fc.record({ others: anyOthers, sidecars: anyOthers, job: anyJob, retries: fc.nat({ max: 5 }) }),
        fc.array(fc.constantFrom(EVICTED, PREEMPTED, TAINTED, ORPHANED), { maxLength: 1 }),
        ({ others, sidecars, job, retries }, conditions) => {
          const own = ended(0);
          const phase = conditions.length > 0 ? 'Failed' : kubeletPhase(Object.values(others), own);
          const pods = [{ own, others, sidecars, phase, conditions }];
          expect(outcomeOf({ job, retries, pods })).toBe('FINISHED 0');
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
