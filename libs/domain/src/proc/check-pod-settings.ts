import type { ErrorDetail } from '../app-error.js';
import { checkPodResources } from './check-pod-resources.js';
import { checkTolerations } from './check-tolerations.js';
import { countUtf8Bytes, describeTextProblem, quoteForMessage } from './env-value.js';
import { isDnsLabel, isDnsSubdomain, isLabelValue, isQualifiedName } from './kubernetes-names.js';
import { checkMountedObjects, describeOwnSecret } from './mounted-objects.js';
import { checkFiles } from './pod-files.js';
import type { PodSettings } from './pod-settings.js';
import { checkScratch } from './scratch.js';
import { checkSecurity } from './security-settings.js';

export const MAX_NODE_SELECTORS = 20;
export const MAX_ANNOTATIONS = 50;
export const MAX_ANNOTATIONS_BYTES = 256 * 1024;
export const MAX_IMAGE_PULL_SECRETS = 10;

/** The prefix of the labels by which Proctor finds and deletes its own objects. */
const RESERVED_PREFIX = 'proctor.io/';
/** Annotations with these prefixes would take a pod out of the security profile that every proc runs under. */
const SECURITY_PREFIXES = [
  'container.apparmor.security.beta.kubernetes.io/',
  'container.seccomp.security.alpha.kubernetes.io/',
  'seccomp.security.alpha.kubernetes.io/',
];

/** Lists pod settings that Kubernetes would reject or that are reserved for Proctor. `field` starts with `pod`. */
export function checkPodSettings(pod: PodSettings): ErrorDetail[] {
  return [
    ...checkNamespace(pod.namespace),
    ...checkPodResources(pod.resources),
    ...checkNodeSelector(pod.nodeSelector),
    ...checkTolerations(pod.tolerations),
    ...checkName('pod.serviceAccount', 'a service account', pod.serviceAccount),
    ...checkImagePullSecrets(pod.imagePullSecrets),
    ...checkAnnotations(pod.annotations),
    ...checkSecurity(pod.security),
    ...checkScratch(pod.scratch),
    ...checkMountedObjects(pod),
    ...checkFiles(pod),
    ...checkName('pod.priorityClass', 'a priority class', pod.priorityClass),
    ...checkName('pod.runtimeClass', 'a runtime class', pod.runtimeClass),
  ];
}

function checkNodeSelector(labels: Readonly<Record<string, string>>): ErrorDetail[] {
  const entries = Object.entries(labels);
  const tooMany = checkCount('pod.nodeSelector', entries.length, MAX_NODE_SELECTORS);
  if (tooMany.length > 0) return tooMany;
  return entries.flatMap(([key, value]) => {
    const message = describeNodeSelectorProblem(key, value);
    return message === null ? [] : [{ field: fieldOf('nodeSelector', key), message }];
  });
}

/** Explains what is wrong with a label, or returns null. */
export function describeNodeSelectorProblem(key: string, value: string): string | null {
  return describeKeyProblem(key, 'a label') ?? describeLabelValueProblem(value);
}

/** Explains what is wrong with an annotation, or returns null. Kubernetes compares the keys in lower case. */
export function describeAnnotationProblem(key: string, value: string): string | null {
  return describeKeyProblem(key.toLowerCase(), 'an annotation') ?? describeTextProblem(value);
}

function checkAnnotations(annotations: Readonly<Record<string, string>>): ErrorDetail[] {
  const entries = Object.entries(annotations);
  const tooMany = checkCount('pod.annotations', entries.length, MAX_ANNOTATIONS);
  if (tooMany.length > 0) return tooMany;
  const bytes = entries.reduce((sum, [key, value]) => sum + countUtf8Bytes(key) + countUtf8Bytes(value), 0);
  const tooLong = `keys and values may take up to ${MAX_ANNOTATIONS_BYTES} bytes, got ${bytes}; shorten them`;
  return [
    ...(bytes > MAX_ANNOTATIONS_BYTES ? [{ field: 'pod.annotations', message: tooLong }] : []),
    ...entries.flatMap(([key, value]) => {
      const message = describeAnnotationProblem(key, value);
      return message === null ? [] : [{ field: fieldOf('annotations', key), message }];
    }),
  ];
}

function describeKeyProblem(key: string, what: string): string | null {
  if (!isQualifiedName(key)) {
    return `expected the key of ${what} such as team or example.com/team (at most 63 characters after the "/"), got ${quoteForMessage(key)}`;
  }
  if (key.startsWith(RESERVED_PREFIX))
    return `${RESERVED_PREFIX} is reserved for Proctor; choose another prefix`;
  const prefix = SECURITY_PREFIXES.find((one) => key.startsWith(one));
  return prefix === undefined
    ? null
    : `${prefix} is not allowed, because it changes the security profile; remove it`;
}

function describeLabelValueProblem(value: string): string | null {
  return isLabelValue(value)
    ? null
    : `expected at most 63 letters, digits, "-", "_" and ".", starting and ending with a letter or digit, got ${quoteForMessage(value)}`;
}

function checkImagePullSecrets(names: readonly string[]): ErrorDetail[] {
  const tooMany = checkCount('pod.imagePullSecrets', names.length, MAX_IMAGE_PULL_SECRETS);
  if (tooMany.length > 0) return tooMany;
  return names.flatMap((name, index) => {
    const field = `pod.imagePullSecrets.${index}`;
    const own = describeOwnSecret(name);
    if (own !== null) return [{ field, message: own }];
    const problems = checkName(field, 'a Kubernetes Secret', name);
    if (problems.length > 0 || names.indexOf(name) === index) return problems;
    return [{ field, message: `${quoteForMessage(name)} is listed twice; list each name once` }];
  });
}

function checkNamespace(name: string | null): ErrorDetail[] {
  if (name === null || isDnsLabel(name)) return [];
  const message = `expected the name of a namespace (at most 63 lower-case letters, digits and "-"), got ${quoteForMessage(name)}`;
  return [{ field: 'pod.namespace', message }];
}

function checkName(field: string, what: string, name: string | null): ErrorDetail[] {
  if (name === null || isDnsSubdomain(name)) return [];
  const message = `expected the name of ${what} (lower-case letters, digits, "-" and "."), got ${quoteForMessage(name)}`;
  return [{ field, message }];
}

function checkCount(field: string, count: number, max: number): ErrorDetail[] {
  return count <= max
    ? []
    : [{ field, message: `at most ${max} entries are allowed, got ${count}; remove some` }];
}

function fieldOf(list: string, key: string): string {
  return `pod.${list}.${key.slice(0, 100)}`;
}
