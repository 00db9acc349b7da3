import type { V1Job, V1PodSpec, V1ResourceRequirements } from '@kubernetes/client-node';
import type { JobRequest } from '../runner.js';
import { CONTAINER_NAME, labelsOf } from './names.js';

export interface JobManifestSettings {
  /** DNS-1123 label; on every object as a label, so that two installations never touch each other's. */
  installationId: string;
  namespace: string;
  /** Safety net only: longer than any outage that we promise to survive, so days. */
  ttlSecondsAfterFinished: number;
  /** Requests and limits of every container, in Kubernetes' quantities. */
  defaultResources: V1ResourceRequirements;
  /** Added per attempt to the Job's own deadline: scheduling, image pull, and stopping take that long at most. */
  jobDeadlineMarginSeconds: number;
}

const MAX_INT32 = 2 ** 31 - 1;
const FIRST_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 600;

/** The Job of one execution. Pure: the same request gives the same Job, so a repeated create meets itself. */
export function buildJobManifest(request: JobRequest, settings: JobManifestSettings): V1Job {
  const labels = labelsOf(settings.installationId, request.executionId, request.procName);
  const annotations = { ...request.annotations };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: request.jobName, namespace: settings.namespace, labels, annotations },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: request.retries,
      // A next attempt must not run beside one that is still being stopped.
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: settings.ttlSecondsAfterFinished,
      activeDeadlineSeconds: jobDeadlineSeconds(request, settings.jobDeadlineMarginSeconds),
      template: {
        metadata: { labels: { ...labels }, annotations: { ...annotations } },
        spec: podSpec(request, settings),
      },
    },
  };
}

function podSpec(request: JobRequest, settings: JobManifestSettings): V1PodSpec {
  return {
    restartPolicy: 'Never',
    // On the pod and not on the Job: a Job past its deadline deletes its pods, and their logs with them.
    activeDeadlineSeconds: Math.min(request.timeoutSeconds, MAX_INT32),
    enableServiceLinks: false,
    automountServiceAccountToken: request.serviceAccountName !== null,
    ...(request.serviceAccountName === null ? {} : { serviceAccountName: request.serviceAccountName }),
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: CONTAINER_NAME,
        image: request.image,
        env: environment(request),
        // Not optional: a pod without the Secret cannot start, so a Job that was created late by a worker that has
        // lost its lease never runs.
        envFrom: [{ secretRef: { name: request.jobName } }],
        resources: settings.defaultResources,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
}

function environment(request: JobRequest): { name: string; value: string }[] {
  const merged = new Map([...Object.entries(request.args), ...Object.entries(request.context)]);
  // Kubernetes expands `$(NAME)` in values and reads `$$` as `$`.
  return [...merged].map(([name, value]) => ({ name, value: value.replaceAll('$', '$$$$') }));
}

/** Late enough that it never fires before the last attempt's own deadline: it deletes pods with their logs. */
export function jobDeadlineSeconds(
  { timeoutSeconds, retries }: Pick<JobRequest, 'timeoutSeconds' | 'retries'>,
  marginSeconds: number,
): number {
  let seconds = (timeoutSeconds + marginSeconds) * (retries + 1);
  for (let retry = 0; retry < retries && seconds < MAX_INT32; retry++) {
    seconds += Math.min(FIRST_BACKOFF_SECONDS * 2 ** retry, MAX_BACKOFF_SECONDS);
  }
  return Math.min(seconds, MAX_INT32);
}
