import { MAX_TIMER_MS } from '@app/timing';
import { deleteObject, removeFinalizer } from '../objects/delete-object.js';
import type { EventRecorder } from '../objects/event-recorder.js';
import { isPodTerminal, type Job, type Pod } from '../objects/kube-object.js';
import type { Change, ObjectStore } from '../objects/object-store.js';
import type { SandboxTiming } from '../timing.js';
import { jobPod } from './job-pod.js';
import {
  expiryOf,
  hasFailed,
  isJobFinished,
  isUncounted,
  type JobPlan,
  planJob,
  TRACKING_FINALIZER,
} from './plan-job.js';

/** Carries out `planJob` for each Job that something happened to, and removes finished Jobs past their TTL. */
export class JobController {
  private readonly pending = new Map<string, { namespace: string; name: string }>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly lastFailureAtMs = new Map<string, number>();
  private readonly unsubscribe: () => void;
  private isClosed = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly events: EventRecorder,
    private readonly timing: SandboxTiming,
  ) {
    this.unsubscribe = store.subscribe((change) => this.onChange(change));
    for (const job of store.list('jobs')) this.lookSoon(job.metadata.namespace ?? '', job.metadata.name);
  }

  close(): void {
    this.isClosed = true;
    this.unsubscribe();
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private onChange({ resource, type, object }: Change): void {
    const { namespace = '', name } = object.metadata;
    if (resource === 'jobs') {
      if (type === 'DELETED') this.forget(object as Job);
      else this.lookSoon(namespace, name);
    }
    if (resource !== 'pods') return;
    const owner = object.metadata.ownerReferences?.find((one) => one.kind === 'Job' && one.controller);
    if (owner) this.lookSoon(namespace, owner.name);
    else if (type === 'MODIFIED') this.release(object as Pod);
  }

  private lookSoon(namespace: string, name: string): void {
    if (this.pending.size === 0) setImmediate(() => this.lookAtPending());
    this.pending.set(`${namespace}/${name}`, { namespace, name });
  }

  private lookAtPending(): void {
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const { namespace, name } of pending) {
      const job = this.store.get('jobs', namespace, name);
      if (job && !this.isClosed) this.store.atomically(() => this.look(job));
    }
  }

  private look(job: Job): void {
    const pods = this.podsOf(job);
    if (job.metadata.deletionTimestamp || isJobFinished(job)) {
      for (const pod of pods) if (isPodTerminal(pod)) this.release(pod);
      if (!job.metadata.deletionTimestamp) this.expire(job);
      return;
    }
    const nowMs = Date.now();
    const uid = job.metadata.uid;
    if (pods.some((pod) => isUncounted(pod) && hasFailed(job, pod))) this.lastFailureAtMs.set(uid, nowMs);
    const { jobRetryBackoffMs: retryBackoffMs, jobRetryBackoffMaxMs: retryBackoffMaxMs } = this.timing;
    const lastFailureAtMs = this.lastFailureAtMs.get(uid) ?? null;
    this.carryOut(job, planJob(job, pods, { nowMs, lastFailureAtMs, retryBackoffMs, retryBackoffMaxMs }));
  }

  private carryOut(job: Job, plan: JobPlan): void {
    if (JSON.stringify(plan.status) !== JSON.stringify(job.status))
      this.store.update('jobs', { ...job, status: plan.status });
    for (const pod of plan.releasePods) this.release(pod);
    for (const pod of plan.deletePods) {
      deleteObject(this.store, 'pods', pod, { propagationPolicy: 'Background' });
      this.events.record('job-controller', job, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${pod.metadata.name}`,
      });
    }
    if (plan.createPod) {
      const pod = this.store.insert('pods', jobPod(job));
      this.events.record('job-controller', job, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${pod.metadata.name}`,
      });
    }
    for (const { type, reason = '', message = '' } of plan.newConditions) {
      if (type === 'Complete')
        this.events.record('job-controller', job, {
          type: 'Normal',
          reason: 'Completed',
          message: 'Job completed',
        });
      if (type === 'FailureTarget')
        this.events.record('job-controller', job, { type: 'Warning', reason, message });
    }
    if (plan.lookAgainAtMs !== null) this.lookAt(job, plan.lookAgainAtMs);
  }

  private expire(job: Job): void {
    const expiresAtMs = expiryOf(job);
    if (expiresAtMs === null) return;
    if (expiresAtMs > Date.now()) this.lookAt(job, expiresAtMs);
    else deleteObject(this.store, 'jobs', job, { propagationPolicy: 'Foreground' });
  }

  private lookAt({ metadata }: Job, atMs: number): void {
    clearTimeout(this.timers.get(metadata.uid));
    const delayMs = Math.min(Math.max(0, atMs - Date.now()), MAX_TIMER_MS);
    const timer = setTimeout(() => this.lookSoon(metadata.namespace ?? '', metadata.name), delayMs);
    this.timers.set(metadata.uid, timer);
  }

  private forget({ metadata }: Job): void {
    clearTimeout(this.timers.get(metadata.uid));
    this.timers.delete(metadata.uid);
    this.lastFailureAtMs.delete(metadata.uid);
    for (const { resource, object } of this.store.dependentsOf(metadata.uid))
      if (resource === 'pods') this.release(object as Pod);
  }

  /** Lets a pod go that the Job has counted, or that has no Job any more. */
  private release(pod: Pod): void {
    const { namespace = '', name, uid } = pod.metadata;
    const current = this.store.get('pods', namespace, name);
    if (current?.metadata.uid !== uid || !isUncounted(current)) return;
    removeFinalizer(this.store, 'pods', current, TRACKING_FINALIZER);
  }

  private podsOf(job: Job): Pod[] {
    return this.store
      .dependentsOf(job.metadata.uid)
      .flatMap(({ resource, object }) => (resource === 'pods' ? [object as Pod] : []));
  }
}
