import type { PodVerdict } from './pod-status.js';

/** Why a pod must end before its container exits by itself. */
export type PodStop =
  | { kind: 'deleted'; graceSeconds: number }
  | { kind: 'deadline' }
  | { kind: 'shutdown'; graceMs: number }
  | { kind: 'nodeLost' }
  | { kind: 'evicted' };

/** What the pod's status reports; null if the container's own exit decides. */
export function verdictOf(stop: PodStop): PodVerdict | null {
  switch (stop.kind) {
    case 'deadline':
      return failed('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline');
    case 'shutdown':
      return disrupted(
        'Terminated',
        'Pod was terminated in response to imminent node shutdown.',
        'TerminationByKubelet',
      );
    case 'nodeLost':
      return disrupted(
        'NodeLost',
        'Node kube-sandbox which was running the pod is lost',
        'DeletionByTaintManager',
      );
    case 'evicted':
      return disrupted('Evicted', 'The node was low on resource: memory.', 'TerminationByKubelet');
    case 'deleted':
      return null;
  }
}

/** The grace period between SIGTERM and SIGKILL. */
export function graceMsOf(stop: PodStop, podGraceSeconds: number): number {
  switch (stop.kind) {
    case 'deleted':
      return stop.graceSeconds * 1000;
    case 'deadline':
      return podGraceSeconds * 1000;
    case 'shutdown':
      return stop.graceMs;
    case 'nodeLost':
    case 'evicted':
      return 0;
  }
}

function failed(reason: string, message: string): PodVerdict {
  return { phase: 'Failed', reason, message };
}

function disrupted(reason: string, message: string, disruption: string): PodVerdict {
  return { ...failed(reason, message), disruption };
}
