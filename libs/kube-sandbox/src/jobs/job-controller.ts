import { backOffMs, MAX_TIMER_MS } from '@app/timing';
import type { Admission } from '../admission/admission.js';
import type { Mutation } from '../admission/mutation.js';
import { deleteObject, removeFinalizer } from '../objects/delete-object.js';
import type { Draft } from '../objects/draft.js';
import type { EventRecorder } from '../objects/event-recorder.js';
import { isPodTerminal, type Job, type Pod, withoutUndefined } from '../objects/kube-object.js';
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

/** Executes `planJob` for each Job affected by a change, and deletes finished Jobs past their TTL. */
export class JobController {
  private readonly pending = new Map<string, { namespace: string; name: string }>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly lastFailureAtMs = new Map<string, number>();
  private readonly unsubscribe: () => void;
  /** How often in a row a pod of the Job was refused. */
  private readonly refusals = new Map<string, number>();
  private isClosed = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly events: EventRecorder,
    private readonly timing: SandboxTiming,
    private readonly admission: Admission,
    private readonly mutation: Mutation,
  ) {
    this.unsubscribe = store.subscribe((change) => this.onChange(change));
    for (const job of store.list('jobs')) this.enqueue(job.metadata.namespace ?? '', job.metadata.name);
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
      else this.enqueue(namespace, name);
    }
    if (resource !== 'pods') return;
    const owner = object.metadata.ownerReferences?.find((one) => one.kind === 'Job' && one.controller);
    if (owner) this.enqueue(namespace, owner.name);
    else if (type === 'MODIFIED') this.release(object as Pod);
  }

  private enqueue(namespace: string, name: string): void {
    if (this.pending.size === 0) setImmediate(() => this.reconcilePending());
    this.pending.set(`${namespace}/${name}`, { namespace, name });
  }

  private reconcilePending(): void {
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const { namespace, name } of pending) {
      const job = this.store.get('jobs', namespace, name);
      if (job && !this.isClosed) this.store.atomically(() => this.reconcile(job));
    }
  }

  private reconcile(job: Job): void {
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
    this.execute(job, planJob(job, pods, { nowMs, lastFailureAtMs, retryBackoffMs, retryBackoffMaxMs }));
  }

  private execute(job: Job, plan: JobPlan): void {
    const pod = plan.createPod ? this.admittedPod(job) : null;
    const isRefused = plan.createPod && pod === null;
    const status = isRefused ? withoutUndefined({ ...plan.status, active: undefined }) : plan.status;
    if (JSON.stringify(status) !== JSON.stringify(job.status)) this.store.update('jobs', { ...job, status });
    for (const pod of plan.deletePods) {
      deleteObject(this.store, 'pods', pod, { propagationPolicy: 'Background' });
      this.events.record('job-controller', job, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${pod.metadata.name}`,
      });
    }
    // After the deletes, which would write back what is released.
    for (const pod of plan.releasePods) this.release(pod);
    if (pod) {
      this.store.insert('pods', pod);
      this.events.record('job-controller', job, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created pod: ${pod.metadata.name}`,
      });
    }
    for (const { type, status, reason = '', message = '' } of plan.newConditions) {
      if (type === 'Suspended')
        this.events.record('job-controller', job, {
          type: 'Normal',
          reason: status === 'True' ? 'Suspended' : 'Resumed',
          message,
        });
      if (type === 'Complete')
        this.events.record('job-controller', job, {
          type: 'Normal',
          reason: 'Completed',
          message: 'Job completed',
        });
      if (type === 'FailureTarget')
        this.events.record('job-controller', job, { type: 'Warning', reason, message });
    }
    const requeueAtMs = isRefused ? this.retryAtMs(job, plan.requeueAtMs) : plan.requeueAtMs;
    if (requeueAtMs !== null) this.reconcileAt(job, requeueAtMs);
  }

  /** The pod of the next attempt; null if it is refused, as an event then says. */
  private admittedPod(job: Job): Pod | null {
    const pod = this.mutation.apply('pods', jobPod(job));
    const { namespace = '', uid } = job.metadata;
    const refusal = this.admission.refusal(this.store, 'pods', namespace, pod as unknown as Draft);
    if (!refusal) {
      this.refusals.delete(uid);
      return pod;
    }
    this.refusals.set(uid, (this.refusals.get(uid) ?? 0) + 1);
    this.events.record('job-controller', job, {
      type: 'Warning',
      reason: 'FailedCreate',
      message: `Error creating: ${refusal.message}`,
    });
    return null;
  }

  private retryAtMs({ metadata }: Job, plannedAtMs: number | null): number {
    const { podCreateBackoffMs: firstMs, podCreateBackoffMaxMs: maxMs } = this.timing;
    const retryAtMs = Date.now() + backOffMs((this.refusals.get(metadata.uid) ?? 1) - 1, { firstMs, maxMs });
    return Math.min(retryAtMs, plannedAtMs ?? Infinity);
  }

  private expire(job: Job): void {
    const expiresAtMs = expiryOf(job);
    if (expiresAtMs === null) return;
    if (expiresAtMs > Date.now()) this.reconcileAt(job, expiresAtMs);
    else deleteObject(this.store, 'jobs', job, { propagationPolicy: 'Foreground' });
  }

  private reconcileAt({ metadata }: Job, atMs: number): void {
    clearTimeout(this.timers.get(metadata.uid));
    const delayMs = Math.min(Math.max(0, atMs - Date.now()), MAX_TIMER_MS);
    const timer = setTimeout(() => this.enqueue(metadata.namespace ?? '', metadata.name), delayMs);
    this.timers.set(metadata.uid, timer);
  }

  private forget({ metadata }: Job): void {
    clearTimeout(this.timers.get(metadata.uid));
    this.timers.delete(metadata.uid);
    this.lastFailureAtMs.delete(metadata.uid);
    this.refusals.delete(metadata.uid);
    for (const { resource, object } of this.store.dependentsOf(metadata.uid))
      if (resource === 'pods') this.release(object as Pod);
  }

  /** Releases a pod that its Job has counted or whose Job is gone. */
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
