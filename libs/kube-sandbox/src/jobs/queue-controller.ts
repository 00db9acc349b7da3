import type { EventRecorder } from '../objects/event-recorder.js';
import type { AnyObject, Job } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { isJobFinished } from './plan-job.js';

const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

/** Stands in for Kueue: admits the Jobs of all queues at once, unless the queues are full, and preempts them on demand. */
export class QueueController {
  /** Why no queue admits a Job; null: they do. */
  private fullMessage: string | null = null;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly store: ObjectStore,
    private readonly events: EventRecorder,
  ) {
    this.unsubscribe = store.subscribe(({ resource, type, object }) => {
      if (resource === 'jobs' && type !== 'DELETED') this.consider(object as Job);
    });
    this.considerAll();
  }

  close(): void {
    this.unsubscribe();
  }

  /** @param message Kueue's sentence; null: there is room again */
  fill(message: string | null): void {
    this.fullMessage = message;
    this.considerAll();
  }

  /** Suspends Jobs that run, or one of them. Returns how many. */
  preempt(jobName?: string): number {
    const chosen = this.store
      .list('jobs')
      .filter((job) => isQueued(job) && !job.spec.suspend && !isJobFinished(job))
      .filter(({ metadata }) => jobName === undefined || metadata.name === jobName);
    for (const job of chosen) this.setSuspended(job, true);
    return chosen.length;
  }

  private considerAll(): void {
    for (const job of this.store.list('jobs')) this.consider(job);
  }

  private consider(job: Job): void {
    if (!isQueued(job) || !job.spec.suspend || job.metadata.deletionTimestamp || isJobFinished(job)) return;
    if (this.fullMessage !== null) {
      const note = { type: 'Warning', reason: 'Pending', message: this.fullMessage } as const;
      this.events.record('kueue-admission', workloadOf(job), note);
      return;
    }
    // A preempted Job queues again once its pods are gone.
    if (job.status.active || job.status.terminating) return;
    if (job.status.conditions?.some(({ type, status }) => type === 'Suspended' && status === 'True'))
      this.setSuspended(job, false);
  }

  private setSuspended(job: Job, suspend: boolean): void {
    this.store.update('jobs', { ...job, spec: { ...job.spec, suspend } });
  }
}

function isQueued({ metadata }: Job): boolean {
  return metadata.labels?.[QUEUE_LABEL] !== undefined;
}

/** Only its name and uid matter: the sandbox does not serve Workloads. */
function workloadOf({ metadata }: Job): AnyObject {
  const { name, namespace, uid } = metadata;
  const workload = { name: `job-${name}-${uid.slice(0, 5)}`, namespace, uid: `workload-${uid}` };
  return {
    apiVersion: 'kueue.x-k8s.io/v1beta1',
    kind: 'Workload',
    metadata: { ...workload, resourceVersion: '', creationTimestamp: '' },
  };
}
