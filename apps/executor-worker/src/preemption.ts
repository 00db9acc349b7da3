import type { JobView, PodView } from '@app/runner';

/** Whether Kubernetes deleted the pod because its Job was suspended: it is forgotten, and costs no retry. */
export function isPreempted(job: JobView | null, pod: PodView): boolean {
  if (job === null || !pod.isBeingDeleted) return false;
  return job.suspended !== null || pod.createdAt.getTime() < job.startableAt.getTime();
}

const PREEMPTED = 'Preempted: ';

/** The reason of a preempted attempt. */
export function preemptionReason({ queue }: JobView): string {
  return `${PREEMPTED}${queue === null ? 'the Job was suspended' : `the queue ${queue} took its place back`}`;
}

/** Whether this is the reason of a preempted attempt. */
export function isPreemption(reason: string | null | undefined): boolean {
  return reason?.startsWith(PREEMPTED) ?? false;
}
