import type {
  V1Job,
  V1PodFailurePolicyRule,
  V1PodSpec,
  V1PodTemplateSpec,
  V1SecurityContext,
  V1Toleration,
} from '@kubernetes/client-node';
import { NO_SECURITY_SETTINGS, type SecuritySettings, type Toleration } from '@app/domain';
import { MAX_DISRUPTIONS, type JobRequest } from '../runner.js';
import { mergeResources } from './container-resources.js';
import type { ContainerResources } from './kubernetes-settings.js';
import { mergePodTemplate } from './merge-pod-template.js';
import { CONTAINER_NAME, labelsOf, QUEUE_LABEL } from './names.js';
import { podVolumes } from './pod-volumes.js';

export interface JobManifestSettings {
  /** DNS-1123 label. Every object carries it, so that two installations never touch each other's objects. */
  installationId: string;
  namespace: string;
  /** Only a safety net. Must be longer than any outage we promise to survive, so days. */
  ttlSecondsAfterFinished: number;
  /** Requests and limits of a container whose proc states none. */
  defaultResources: ContainerResources;
  /** Added per attempt to the Job's deadline: the longest that scheduling, image pull and termination may take. */
  jobDeadlineMarginSeconds: number;
}

const MAX_INT32 = 2 ** 31 - 1;
const FIRST_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 600;

/** Builds the Job of one execution. Pure: the same request gives the same Job, so a repeated create finds its own. */
export function buildJobManifest(request: JobRequest, settings: JobManifestSettings): V1Job {
  const labels = labelsOf(settings.installationId, request);
  const annotations = { ...request.pod.annotations };
  const { queue } = request.pod;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: request.jobName,
      namespace: settings.namespace,
      labels: { ...labels, ...(queue !== null && { [QUEUE_LABEL]: queue }) },
      annotations,
    },
    spec: {
      // Until Kueue admits it. It would suspend the Job itself, but not in a cluster where its webhook is away.
      ...(queue !== null && { suspend: true }),
      parallelism: 1,
      completions: 1,
      backoffLimit: request.retries,
      // The next attempt must not run alongside one that is still terminating.
      podReplacementPolicy: 'Failed',
      podFailurePolicy: { rules: failureRules(request) },
      ttlSecondsAfterFinished: settings.ttlSecondsAfterFinished,
      activeDeadlineSeconds: jobDeadlineSeconds(request, settings.jobDeadlineMarginSeconds),
      template: withTemplate(request, {
        metadata: { labels: { ...labels }, annotations: { ...annotations } },
        spec: podSpec(request, settings),
      }),
    },
  };
}

function withTemplate({ podTemplate }: JobRequest, pod: V1PodTemplateSpec): V1PodTemplateSpec {
  return podTemplate === undefined ? pod : mergePodTemplate(pod, podTemplate);
}

/** What Kubernetes makes of a failed pod; the first match wins. See docs/adr/0019-the-named-container-decides.md. */
function failureRules({ retries, pod: { retryOn, failOn } }: JobRequest): V1PodFailurePolicyRule[] {
  const failed = { operator: 'NotIn', values: [0] };
  const disrupted = { type: 'DisruptionTarget', status: 'True' };
  return [
    // A disruption costs no retry. Without retries nothing may run again.
    ...(retries > 0 ? [{ action: 'Ignore', onPodConditions: [disrupted] }] : []),
    ...(failOn.length > 0 ? [{ action: 'FailJob', onExitCodes: ownCodes(failOn) }] : []),
    // Any code that is not named here then ends the Job, by the last rule.
    retryOn.length > 0
      ? { action: 'Count', onExitCodes: ownCodes(retryOn) }
      : { action: 'Count', onExitCodes: { containerName: CONTAINER_NAME, ...failed } },
    // Of any other container. Injected ones cannot be named here.
    { action: 'FailJob', onExitCodes: failed },
  ];
}

/** Kubernetes demands ascending order. */
function ownCodes(codes: readonly number[]) {
  const values = [...codes].sort((a, b) => a - b);
  return { containerName: CONTAINER_NAME, operator: 'In', values };
}

function podSpec(request: JobRequest, settings: JobManifestSettings): V1PodSpec {
  const { nodeSelector, tolerations, imagePullSecrets, resources, security } = request.pod;
  const { volumes, volumeMounts, envFrom } = podVolumes(request.jobName, request.pod);
  const { priorityClass, runtimeClass, imagePullPolicy } = request.pod;
  const serviceAccount = serviceAccountOf(request);
  const fsGroup = security?.fsGroup ?? null;
  return {
    restartPolicy: 'Never',
    // On the pod, not the Job: a Job past its deadline deletes its pods together with their logs.
    activeDeadlineSeconds: Math.min(request.timeoutSeconds, MAX_INT32),
    enableServiceLinks: false,
    automountServiceAccountToken: serviceAccount !== null,
    ...(serviceAccount !== null && { serviceAccountName: serviceAccount }),
    ...(priorityClass !== null && { priorityClassName: priorityClass }),
    ...(runtimeClass !== null && { runtimeClassName: runtimeClass }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map(toleration) }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    securityContext: { seccompProfile: { type: 'RuntimeDefault' }, ...(fsGroup !== null && { fsGroup }) },
    ...(volumes.length > 0 && { volumes }),
    containers: [
      {
        name: CONTAINER_NAME,
        image: request.image,
        ...(imagePullPolicy !== null && { imagePullPolicy }),
        env: environment(request),
        // Required: a pod without the Secret cannot start. So a Job created late, by a worker that has lost its lease,
        // never runs.
        // Last, so that nothing replaces its values.
        envFrom: [...envFrom, { secretRef: { name: request.jobName } }],
        ...(volumeMounts.length > 0 && { volumeMounts }),
        resources: mergeResources(resources, settings.defaultResources),
        securityContext: containerSecurity(security),
      },
    ],
  };
}

/** A pod with an account that a template names gets its token, as with one that the proc names. */
function serviceAccountOf({ pod, podTemplate }: JobRequest): string | null {
  const named = podTemplate?.spec['serviceAccountName'];
  return pod.serviceAccount ?? (typeof named === 'string' ? named : null);
}

/** On our container alone: containers that a mesh injects have users of their own. */
function containerSecurity(security: SecuritySettings | null): V1SecurityContext {
  const { runAsUser, runAsGroup, runAsNonRoot, readOnlyRootFilesystem } = security ?? NO_SECURITY_SETTINGS;
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    ...(runAsUser !== null && { runAsUser }),
    ...(runAsGroup !== null && { runAsGroup }),
    ...(runAsNonRoot !== null && { runAsNonRoot }),
    ...(readOnlyRootFilesystem !== null && { readOnlyRootFilesystem }),
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

/**
 * Late enough never to fire before the last attempt's own deadline, because it deletes pods together with their logs. With
 * retries, disrupted attempts come on top of them.
 */
export function jobDeadlineSeconds(
  { timeoutSeconds, retries }: Pick<JobRequest, 'timeoutSeconds' | 'retries'>,
  marginSeconds: number,
): number {
  const pauses = retries > 0 ? retries + MAX_DISRUPTIONS : 0;
  let seconds = (timeoutSeconds + marginSeconds) * (pauses + 1);
  for (let pause = 0; pause < pauses && seconds < MAX_INT32; pause++) {
    seconds += Math.min(FIRST_BACKOFF_SECONDS * 2 ** pause, MAX_BACKOFF_SECONDS);
  }
  return Math.min(seconds, MAX_INT32);
}
