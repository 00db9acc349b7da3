import type { ErrorDetail } from '../app-error.js';
import type { PodTemplate } from '../pod-template/pod-template.js';
import { checkAllowedAnnotations, checkTemplateMetadata } from './allowed-annotations.js';
import { quoteForMessage } from './env-value.js';
import { repositoryOf } from './image-reference.js';
import { checkAllowedFiles } from './pod-files.js';
import type { PodSettings } from './pod-settings.js';
import type { Proc } from './proc.js';
import { checkAllowedScratch } from './scratch.js';
import {
  checkAllowedIds,
  checkSecurityLevel,
  type IdRange,
  type PodSecurityLevel,
} from './security-settings.js';

/**
 * What this installation allows procs to use. Null allows everything; an empty list allows only the worker's defaults. Objects
 * of a namespace are listed by `name` in the default namespace, and as `namespace/name` in others.
 */
export interface AllowedSettings {
  /** Besides the default one, which every proc may use. */
  namespaces: readonly string[] | null;
  serviceAccounts: readonly string[] | null;
  /** Registries such as `docker.io` or `registry.example:5000`, optionally with a path prefix: `docker.io/team`. */
  imageRegistries: readonly string[] | null;
  /** `key` (any value) or `key=value`. */
  nodeSelectors: readonly string[] | null;
  imagePullSecrets: readonly string[] | null;
  priorityClasses: readonly string[] | null;
  runtimeClasses: readonly string[] | null;
  imagePullPolicies: readonly string[] | null;
  queues: readonly string[] | null;
  configMaps: readonly string[] | null;
  /** Secrets of the procs' namespace. */
  secrets: readonly string[] | null;
  /** Of procs and pod templates, and labels of pod templates; see `isAnnotationPattern`. */
  annotations: readonly string[];
  /** Largest size of all files, a quantity. */
  filesSize: string | null;
  /** Largest size, a quantity. */
  scratchSize: string | null;
  /** Of a pod template: `hostNetwork`, `hostPID`, `hostIPC`, `hostPorts`, `shareProcessNamespace`, and folders of nodes. */
  hostAccess: readonly string[];
  /** Of a pod template: `privileged`, `allowPrivilegeEscalation`, and capabilities such as `NET_ADMIN`. */
  privileges: readonly string[];
  /** Of a pod template, beside the proc's: `name` (any image) or `name=image`. */
  containers: readonly string[];
  podSecurity: PodSecurityLevel;
  /** Of users and groups. */
  ids: readonly IdRange[] | null;
}

/** Lists what this installation does not allow in a proc. Empty if everything is allowed. `field` is a path into `Proc`. */
export function checkAllowed(
  { imageName, pod }: Pick<Proc, 'imageName' | 'pod'>,
  allowed: AllowedSettings,
): ErrorDetail[] {
  const { serviceAccounts, imageRegistries, nodeSelectors, imagePullSecrets } = allowed;
  // Objects of the same name in two namespaces have nothing in common.
  const inNamespace = (name: string) => (pod.namespace === null ? name : `${pod.namespace}/${name}`);
  const problems: ErrorDetail[] = [];
  const refuse = (field: string, what: string, name: string, list: readonly string[]) => {
    const message = `${what} ${quoteForMessage(name)} is not allowed (${describeAllowed(list)})`;
    problems.push({ field, message });
  };
  if (imageRegistries && !imageRegistries.some((registry) => isFromRegistry(imageName, registry))) {
    refuse('imageName', 'the registry of', imageName, imageRegistries);
  }
  for (const [field, what, list] of [
    ['serviceAccount', 'the service account', serviceAccounts],
    ['queue', 'the queue', allowed.queues],
  ] as const) {
    const name = pod[field] === null ? null : inNamespace(pod[field]);
    if (list && name !== null && !list.includes(name)) refuse(`pod.${field}`, what, name, list);
  }
  for (const [field, what, list] of [
    ['namespace', 'the namespace', allowed.namespaces],
    ['priorityClass', 'the priority class', allowed.priorityClasses],
    ['runtimeClass', 'the runtime class', allowed.runtimeClasses],
    ['imagePullPolicy', 'the pull policy', allowed.imagePullPolicies],
  ] as const) {
    const name = pod[field];
    if (list && name !== null && !list.includes(name)) refuse(`pod.${field}`, what, name, list);
  }
  for (const [key, value] of Object.entries(pod.nodeSelector)) {
    if (!nodeSelectors || nodeSelectors.includes(key) || nodeSelectors.includes(`${key}=${value}`)) continue;
    refuse(`pod.nodeSelector.${key.slice(0, 100)}`, 'the node selector', `${key}=${value}`, nodeSelectors);
  }
  pod.imagePullSecrets.forEach((name, index) => {
    if (!imagePullSecrets || imagePullSecrets.includes(inNamespace(name))) return;
    refuse(`pod.imagePullSecrets.${index}`, 'the pull secret', inNamespace(name), imagePullSecrets);
  });
  for (const [field, what] of [
    ['configMaps', 'the ConfigMap'],
    ['secrets', 'the Kubernetes Secret'],
  ] as const) {
    const list = allowed[field];
    pod[field].forEach(({ name }, index) => {
      if (list && !list.includes(inNamespace(name)))
        refuse(`pod.${field}.${index}.name`, what, inNamespace(name), list);
    });
  }
  return [
    ...problems,
    ...checkPodAnnotations(pod, undefined, allowed.annotations),
    ...checkSecurityLevel(pod.security, allowed.podSecurity),
    ...checkAllowedFiles(pod.files, allowed.filesSize),
    ...checkAllowedScratch(pod.scratch, allowed.scratchSize),
    ...checkAllowedIds(pod.security, allowed.ids),
  ];
}

/** Lists the annotations, and the labels of the template, that are not allowed. */
export function checkPodAnnotations(
  pod: Pick<PodSettings, 'annotations'>,
  template: PodTemplate | undefined,
  allowed: readonly string[],
): ErrorDetail[] {
  return [
    ...checkAllowedAnnotations('pod.annotations', 'annotation', pod.annotations, allowed),
    ...checkTemplateMetadata(template?.metadata ?? {}, allowed),
  ];
}

/** Says in an error what a list allows. */
export function describeAllowed(list: readonly string[]): string {
  return list.length === 0 ? 'none are allowed' : `allowed: ${list.join(', ')}`;
}

/** Compares whole path segments: `registry.example/team` does not allow `registry.example/team2`. */
export function isFromRegistry(imageName: string, allowedPrefix: string): boolean {
  const [registry = '', ...path] = allowedPrefix.replace(/\/+$/, '').split('/');
  const prefix = [registry.toLowerCase(), ...path].join('/');
  const repository = repositoryOf(imageName);
  return repository !== null && prefix !== '' && `${repository}/`.startsWith(`${prefix}/`);
}
