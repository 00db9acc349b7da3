import type { ErrorDetail } from '../app-error.js';
import { checkTemplateMetadata } from '../proc/allowed-annotations.js';
import type { AllowedSettings } from '../proc/check-allowed.js';
import { describeAnnotationProblem, describeNodeSelectorProblem } from '../proc/check-pod-settings.js';
import { isLabelValue } from '../proc/kubernetes-names.js';
import { containers, idIn, initContainers } from './check-containers.js';
import { describeUnlisted, listed, pullSecretName } from './check-references.js';
import { volumes } from './check-volumes.js';
import { anything, flag, list, object, oneOf, ours, problem, text, type Check } from './json-check.js';
import { isJsonObject, objectsIn, type PodTemplate } from './pod-template.js';

const MAX_GRACE_SECONDS = 600;
/** Labels by which Proctor, Kubernetes and queues find pods. */
const OWN_LABELS = /^(proctor\.io|batch\.kubernetes\.io|kueue\.x-k8s\.io)\/|^(job-name|controller-uid)$/;

/**
 * Lists what a pod template may not contain: unknown fields, those that Proctor sets, and those that this installation does not
 * allow. A right that is not listed is refused, also where procs may use everything. `field` is a path into the template.
 * @param namespace of the proc that uses the template; null: the default one. Left out: what any namespace allows
 */
export function checkPodTemplate(
  template: unknown,
  settings: AllowedSettings,
  namespace?: string | null,
): ErrorDetail[] {
  const allowed = allowedIn(settings, namespace);
  const check = object(
    {
      metadata: object({
        labels: mapOf(describeLabelProblem),
        annotations: mapOf(describeAnnotationProblem),
      }),
      spec: podSpec(allowed),
    },
    'spec',
  );
  const problems = check(template, 'template');
  if (problems.length > 0) return problems;
  const { metadata = {} } = template as Partial<PodTemplate>;
  return [
    ...checkTemplateMetadata(metadata, allowed.annotations),
    ...findTwins(template),
    ...findTokens(template, allowed),
  ];
}

/** The lists of one namespace, without its name. Objects of the same name in two namespaces have nothing in common. */
function allowedIn(allowed: AllowedSettings, namespace?: string | null): AllowedSettings {
  const namesIn = (names: readonly string[] | null) =>
    names?.flatMap((entry) => {
      const [name = '', place = null] = entry.split('/').reverse();
      return namespace === undefined || place === namespace ? [name] : [];
    }) ?? null;
  return {
    ...allowed,
    serviceAccounts: namesIn(allowed.serviceAccounts),
    imagePullSecrets: namesIn(allowed.imagePullSecrets),
    configMaps: namesIn(allowed.configMaps),
    secrets: namesIn(allowed.secrets),
  };
}

/** A projected token is one of the pod's account: without a name, of the namespace's `default`. */
function findTokens(template: unknown, { serviceAccounts }: AllowedSettings): ErrorDetail[] {
  const spec = isJsonObject(template) && isJsonObject(template['spec']) ? template['spec'] : {};
  // A named account has been checked.
  if (typeof spec['serviceAccountName'] === 'string' || serviceAccounts?.includes('default')) return [];
  return objectsIn(spec['volumes']).flatMap(({ projected }, volume) =>
    objectsIn(isJsonObject(projected) ? projected['sources'] : []).flatMap((source, index) => {
      if (source['serviceAccountToken'] === undefined) return [];
      const path = `template.spec.volumes.${volume}.projected.sources.${index}.serviceAccountToken`;
      const what = 'the token of the service account "default"';
      return problem(path, describeUnlisted(what, serviceAccounts ?? [], 'PROCTOR_ALLOWED_SERVICE_ACCOUNTS'));
    }),
  );
}

/** Kubernetes refuses two containers or volumes with one name; of two additions to the proc's, one would be lost. */
function findTwins(template: unknown): ErrorDetail[] {
  const spec = isJsonObject(template) && isJsonObject(template['spec']) ? template['spec'] : {};
  return [['containers', 'initContainers'], ['volumes']].flatMap((lists) => {
    const seen = new Set<unknown>();
    return lists.flatMap((list) =>
      objectsIn(spec[list]).flatMap(({ name }, index) => {
        const isTwin = seen.has(name);
        seen.add(name);
        return isTwin
          ? problem(`template.spec.${list}.${index}.name`, 'is used twice; choose another name')
          : [];
      }),
    );
  });
}

function podSpec(allowed: AllowedSettings): Check {
  const { serviceAccounts, priorityClasses, runtimeClasses, nodeSelectors } = allowed;
  const id = idIn(allowed);
  const setByUs = [
    'restartPolicy',
    'activeDeadlineSeconds',
    'enableServiceLinks',
    'automountServiceAccountToken',
  ];
  return object({
    containers: containers(allowed),
    initContainers: initContainers(allowed),
    volumes: volumes(allowed),
    nodeSelector: mapOf((key, value) => {
      const isListed =
        !nodeSelectors || nodeSelectors.includes(key) || nodeSelectors.includes(`${key}=${value}`);
      if (isListed) return describeNodeSelectorProblem(key, value);
      return describeUnlisted(
        `the node selector ${key}=${value}`,
        nodeSelectors,
        'PROCTOR_ALLOWED_NODE_SELECTORS',
      );
    }),
    tolerations: list(anything),
    affinity: object({
      podAffinity: anything,
      podAntiAffinity: anything,
      nodeAffinity: nodeSelectors ? selectsNodes : anything,
    }),
    topologySpreadConstraints: list(anything),
    schedulerName: text,
    priorityClassName: listed('the priority class', priorityClasses, 'PROCTOR_ALLOWED_PRIORITY_CLASSES'),
    preemptionPolicy: oneOf('Never', 'PreemptLowerPriority'),
    runtimeClassName: listed('the runtime class', runtimeClasses, 'PROCTOR_ALLOWED_RUNTIME_CLASSES'),
    serviceAccountName: listed(
      'the service account',
      serviceAccounts ?? [],
      'PROCTOR_ALLOWED_SERVICE_ACCOUNTS',
    ),
    imagePullSecrets: list(object({ name: pullSecretName(allowed) }, 'name')),
    securityContext: object({
      fsGroup: id,
      fsGroupChangePolicy: text,
      supplementalGroups: list(id),
      ...Object.fromEntries(
        ['runAsUser', 'runAsGroup', 'runAsNonRoot', 'seccompProfile'].map((name) => [name, ours]),
      ),
    }),
    terminationGracePeriodSeconds: graceSeconds,
    dnsPolicy: text,
    dnsConfig: anything,
    hostAliases: list(anything),
    ...hostAccess(allowed.hostAccess),
    ...Object.fromEntries(setByUs.map((name) => [name, ours])),
  });
}

function hostAccess(entries: readonly string[]): Record<string, Check> {
  const names = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace'];
  return Object.fromEntries(
    names.map((name): [string, Check] => [
      name,
      (value, path) =>
        value === true && !entries.includes(name)
          ? problem(path, describeUnlisted(name, entries, 'PROCTOR_ALLOWED_HOST_ACCESS'))
          : flag(value, path),
    ]),
  );
}

/** Would choose nodes past the list of selectors. */
const selectsNodes: Check = (_, path) =>
  problem(path, 'is not allowed where PROCTOR_ALLOWED_NODE_SELECTORS is set; use nodeSelector');

/** A pod that ends late keeps its slot. */
const graceSeconds: Check = (value, path) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_GRACE_SECONDS
    ? []
    : problem(path, `expected a whole number of seconds from 0 to ${MAX_GRACE_SECONDS}`);

function describeLabelProblem(key: string, value: string): string | null {
  if (OWN_LABELS.test(key)) return 'is reserved for Proctor and Kubernetes; choose another name';
  return isLabelValue(value) ? describeNodeSelectorProblem(key, value) : 'expected the value of a label';
}

/** @param describe returns what is wrong with an entry, or null */
function mapOf(describe: (key: string, value: string) => string | null): Check {
  return (value, path) => {
    if (!isJsonObject(value)) return problem(path, 'expected an object of strings');
    return Object.entries(value).flatMap(([key, inner]) => {
      const message = typeof inner === 'string' ? describe(key, inner) : 'expected a string';
      return message === null ? [] : problem(`${path}.${key.slice(0, 100)}`, message);
    });
  };
}
