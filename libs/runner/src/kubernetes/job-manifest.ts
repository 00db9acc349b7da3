import type { V1Job, V1PodSpec, V1Toleration } from '@kubernetes/client-node';
import type { Toleration } from '@app/domain';
import type { JobRequest } from '../runner.js';
import { mergeResources } from './container-resources.js';
import type { ContainerResources } from './kubernetes-settings.js';
import { CONTAINER_NAME, labelsOf } from './names.js';

export interface JobManifestSettings {
  /** DNS-1123 label; on every object as a label, so that two installations never touch each other's. */
  installationId: string;
  namespace: string;
  /** Safety net only: longer than any outage that we promise to survive, so days. */
  ttlSecondsAfterFinished: number;
  /** Requests and limits of a container whose proc states none. */
  defaultResources: ContainerResources;
  /** Added per attempt to the Job's own deadline: scheduling, image pull, and stopping take that long at most. */
  jobDeadlineMarginSeconds: number;
}

const MAX_INT32 = 2 ** 31 - 1;
const FIRST_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 600;

/** The Job of one execution. Pure: the same request gives the same Job, so a repeated create meets itself. */
export function buildJobManifest(request: JobRequest, settings: JobManifestSettings): V1Job {
  const labels = labelsOf(settings.installationId, request.executionId, request.procName);
  const annotations = { ...request.pod.annotations };
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
  const { serviceAccount, nodeSelector, tolerations, imagePullSecrets, resources } = request.pod;
  return {
    restartPolicy: 'Never',
    // On the pod and not on the Job: a Job past its deadline deletes its pods, and their logs with them.
    activeDeadlineSeconds: Math.min(request.timeoutSeconds, MAX_INT32),
    enableServiceLinks: false,
    automountServiceAccountToken: serviceAccount !== null,
    ...(serviceAccount !== null && { serviceAccountName: serviceAccount }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map(toleration) }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: CONTAINER_NAME,
        image: request.image,
        env: environment(request),
        // Not optional: a pod without the Secret cannot start, so a Job that was created late by a worker that has
        // lost its lease never runs.
        envFrom: [{ secretRef: { name: request.jobName } }],
        resources: mergeResources(resources, settings.defaultResources),
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
}

function toleration({ key, operator, value, effect, tolerationSeconds }: Toleration): V1Toleration {
  return {
    operator,
    ...(key !== null && { key }),
    ...(value !== null && { value }),
    ...(effect !== null && { effect }),
    ...(tolerationSeconds !== null && { tolerationSeconds }),
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
