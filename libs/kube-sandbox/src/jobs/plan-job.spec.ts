import { describe, expect, it } from '@jest/globals';
import type { Job, JobSpec, JobStatus, Pod, PodPhase } from '../objects/kube-object.js';
import { expiryOf, type JobFacts, planJob, TRACKING_FINALIZER } from './plan-job.js';

const NOW_MS = Date.parse('2026-01-01T00:10:00Z');
const facts: JobFacts = {
  nowMs: NOW_MS,
  lastFailureAtMs: null,
  retryBackoffMs: 1000,
  retryBackoffMaxMs: 8000,
};

function job(spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job {
  const defaults = { backoffLimit: 0, completions: 1, podReplacementPolicy: 'Failed', suspend: false };
  return { metadata: { name: 'j' }, spec: { ...defaults, ...spec }, status } as unknown as Job;
}

function pod(phase: PodPhase, more: { deleting?: boolean; counted?: boolean; restarts?: number } = {}): Pod {
  return {
    metadata: {
      name: `p-${phase}`,
      finalizers: more.counted ? [] : [TRACKING_FINALIZER],
      ...(more.deleting && { deletionTimestamp: '2026-01-01T00:09:00Z' }),
    },
    status: { phase, containerStatuses: [{ restartCount: more.restarts ?? 0 }] },
  } as unknown as Pod;
}

const types = (plan: { status: JobStatus }) =>
  plan.status.conditions?.map((condition) => `${condition.type}:${condition.reason}`) ?? [];

describe('planJob', () => {
  it('starts the first pod at once', () => {
    const plan = planJob(job(), [], facts);
    expect(plan).toMatchObject({
      createPod: true,
      status: { active: 1, ready: 0, startTime: '2026-01-01T00:10:00Z' },
    });
  });

  it('waits while a pod is alive', () => {
    expect(planJob(job(), [pod('Running')], facts)).toMatchObject({
      createPod: false,
      status: { active: 1 },
    });
  });

  it('completes when the pod succeeds, and counts it once', () => {
    const succeeded = pod('Succeeded');
    const plan = planJob(job(), [succeeded], facts);
    expect(types(plan)).toEqual(['SuccessCriteriaMet:CompletionsReached', 'Complete:CompletionsReached']);
    expect(plan.status).toMatchObject({ succeeded: 1, completionTime: '2026-01-01T00:10:00Z', ready: 0 });
    expect(plan.releasePods).toEqual([succeeded]);
    const again = planJob(job({}, { succeeded: 1 }), [pod('Succeeded', { counted: true })], facts);
    expect(again.status.succeeded).toBe(1);
  });

  it('fails when the backoff limit is exceeded', () => {
    const plan = planJob(job(), [pod('Failed')], facts);
    expect(types(plan)).toEqual(['FailureTarget:BackoffLimitExceeded', 'Failed:BackoffLimitExceeded']);
    expect(plan).toMatchObject({ createPod: false, status: { failed: 1 } });
  });

  it('retries after a delay that doubles', () => {
    const waiting = planJob(job({ backoffLimit: 5 }, { failed: 1 }), [pod('Failed')], {
      ...facts,
      lastFailureAtMs: NOW_MS,
    });
    expect(waiting).toMatchObject({ createPod: false, requeueAtMs: NOW_MS + 2000, status: { failed: 2 } });
    const due = planJob(job({ backoffLimit: 5 }, { failed: 2 }), [], {
      ...facts,
      lastFailureAtMs: NOW_MS - 2000,
    });
    expect(due.createPod).toBe(true);
  });

  it('waits for a terminating pod with podReplacementPolicy Failed', () => {
    const leaving = pod('Running', { deleting: true });
    expect(planJob(job({ backoffLimit: 1 }), [leaving], facts)).toMatchObject({
      createPod: false,
      status: { terminating: 1 },
    });
  });

  it('counts a terminating pod as failed with podReplacementPolicy TerminatingOrFailed', () => {
    const leaving = pod('Running', { deleting: true });
    const counted = pod('Running', { deleting: true, counted: true });
    const impatient = (backoffLimit: number, status: JobStatus = {}) =>
      job({ backoffLimit, podReplacementPolicy: 'TerminatingOrFailed' }, status);
    const replaced = planJob(impatient(1), [leaving], facts);
    expect(replaced).toMatchObject({ createPod: true, releasePods: [leaving], status: { failed: 1 } });
    expect(planJob(impatient(1, { failed: 1 }), [counted], facts).status.failed).toBe(1);
    const last = planJob(impatient(0), [leaving], facts);
    expect(last).toMatchObject({ createPod: false, status: { failed: 1, terminating: 1 } });
    expect(types(last)).toEqual(['FailureTarget:BackoffLimitExceeded']);
  });

  it('deletes its pods at the deadline, then fails when they are gone', () => {
    const late = job({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-01T00:08:00Z' });
    const running = pod('Running');
    const plan = planJob(late, [running], facts);
    expect(types(plan)).toEqual(['FailureTarget:DeadlineExceeded']);
    expect(plan.deletePods).toEqual([running]);
    const gone = planJob({ ...late, status: plan.status }, [], facts);
    expect(types(gone)).toEqual(['FailureTarget:DeadlineExceeded', 'Failed:DeadlineExceeded']);
  });

  it('reconciles again at the deadline, never before it', () => {
    const plan = planJob(job({ activeDeadlineSeconds: 60 }), [pod('Running')], facts);
    expect(plan.requeueAtMs).toBe(NOW_MS + 60_999);
  });

  const ended = (name: string, exitCode: number) => ({
    name,
    restartCount: 0,
    state: { terminated: { exitCode } },
  });
  const failedPod = (containerStatuses: object[], more: object = {}): Pod =>
    ({ ...pod('Failed'), status: { phase: 'Failed', containerStatuses, ...more } }) as unknown as Pod;
  const rules = [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'Count', onExitCodes: { containerName: 'proc', operator: 'NotIn', values: [0] } },
    { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } },
  ] as const;
  const disrupted = { conditions: [{ type: 'DisruptionTarget', status: 'True' }] };

  it.each<[string, Pod, { failed?: number; conditions: string[] }]>([
    [
      'counts the named container',
      failedPod([ended('mesh', 1), ended('proc', 3)]),
      { failed: 1, conditions: [] },
    ],
    [
      'fails the Job for another container',
      failedPod([ended('proc', 0), ended('mesh', 143)]),
      { failed: 1, conditions: ['FailureTarget:PodFailurePolicy', 'Failed:PodFailurePolicy'] },
    ],
    [
      'fails the Job for an init container',
      failedPod([], { initContainerStatuses: [ended('setup', 1)] }),
      { failed: 1, conditions: ['FailureTarget:PodFailurePolicy', 'Failed:PodFailurePolicy'] },
    ],
    ['ignores a disruption', failedPod([ended('proc', 0)], disrupted), { conditions: [] }],
    ['counts what no rule matches', failedPod([ended('proc', 0)]), { failed: 1, conditions: [] }],
  ])('%s, by the first rule of podFailurePolicy that matches', (_name, failure, expected) => {
    const plan = planJob(job({ backoffLimit: 1, podFailurePolicy: { rules } as never }), [failure], facts);
    expect({ failed: plan.status.failed, conditions: types(plan) }).toEqual({
      failed: undefined,
      ...expected,
    });
    expect(plan.releasePods).toEqual([failure]);
  });

  it('counts container restarts as failures', () => {
    const plan = planJob(job({ backoffLimit: 2 }), [pod('Running', { restarts: 2 })], facts);
    expect(types(plan)).toEqual(['FailureTarget:BackoffLimitExceeded']);
  });

  it('does not start while suspended', () => {
    const plan = planJob(job({ suspend: true }), [], facts);
    expect(plan.createPod).toBe(false);
    expect(plan.status.startTime).toBeUndefined();
    expect(types(plan)).toEqual(['Suspended:JobSuspended']);
    const again = planJob(job({ suspend: true }, plan.status), [], { ...facts, nowMs: NOW_MS + 5_000 });
    expect([again.status, again.newConditions]).toEqual([plan.status, []]);
  });

  it('deletes its pods when it is suspended, and counts none of them', () => {
    const running = pod('Running');
    const plan = planJob(job({ suspend: true }, { startTime: '2026-01-01T00:09:00Z' }), [running], facts);
    expect(plan).toMatchObject({ deletePods: [running], releasePods: [running], createPod: false });
    const ended = planJob(job({ suspend: true }, plan.status), [pod('Failed', { counted: true })], facts);
    expect([types(ended), ended.status.failed]).toEqual([['Suspended:JobSuspended'], undefined]);
  });

  it('counts its time again from when it is resumed', () => {
    const { status } = planJob(job({ suspend: true }), [], { ...facts, nowMs: NOW_MS - 60_000 });
    const plan = planJob(job({ activeDeadlineSeconds: 60 }, status), [], facts);
    expect(plan).toMatchObject({
      createPod: true,
      requeueAtMs: NOW_MS + 60_999,
      status: { startTime: '2026-01-01T00:10:00Z', conditions: [{ status: 'False', reason: 'JobResumed' }] },
    });
    const leaving = pod('Running', { deleting: true, counted: true });
    expect(planJob(job({}, status), [leaving], facts).createPod).toBe(false);
  });
});

describe('expiryOf', () => {
  it('is the TTL after the Job finished, or never', () => {
    const conditions = [
      { type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T00:10:00Z' } as const,
    ];
    expect(expiryOf(job({ ttlSecondsAfterFinished: 10 }, { conditions }))).toBe(NOW_MS + 10_999);
    expect(expiryOf(job({}, { conditions }))).toBeNull();
    expect(expiryOf(job({ ttlSecondsAfterFinished: 10 }))).toBeNull();
  });
});
