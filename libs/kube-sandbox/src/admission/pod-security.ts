import { type Draft, isRecord, listAt, recordAt } from '../objects/draft.js';

/** The levels of Kubernetes' Pod Security Standards. `privileged` allows everything. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

interface Check {
  /** What the check objects to, as Kubernetes names it. */
  title: string;
  /** What a container must do instead. */
  demand: string;
  /** Said of the pod or its containers. */
  isForPod: boolean;
  passes: (container: Draft, podSpec: Draft) => boolean;
}

const securityOf = (object: Draft): Draft => recordAt(object, 'securityContext');
/** The container's own setting, else that of its pod. */
const effective = (container: Draft, podSpec: Draft, name: string): unknown =>
  securityOf(container)[name] ?? securityOf(podSpec)[name];
const seccompOf = (container: Draft, podSpec: Draft): unknown => {
  const profile = effective(container, podSpec, 'seccompProfile');
  return isRecord(profile) ? profile['type'] : undefined;
};
const capabilities = (container: Draft, list: 'add' | 'drop'): unknown[] => {
  const names = recordAt(securityOf(container), 'capabilities')[list];
  return Array.isArray(names) ? names : [];
};

const BASELINE: readonly Check[] = [
  {
    title: 'privileged',
    demand: 'must not set securityContext.privileged=true',
    isForPod: false,
    passes: (container) => securityOf(container)['privileged'] !== true,
  },
  {
    title: 'seccompProfile',
    demand: 'must not set securityContext.seccompProfile.type to "Unconfined"',
    isForPod: true,
    passes: (container, podSpec) => seccompOf(container, podSpec) !== 'Unconfined',
  },
];

const RESTRICTED: readonly Check[] = [
  {
    title: 'allowPrivilegeEscalation != false',
    demand: 'must set securityContext.allowPrivilegeEscalation=false',
    isForPod: false,
    passes: (container) => securityOf(container)['allowPrivilegeEscalation'] === false,
  },
  {
    title: 'unrestricted capabilities',
    demand: 'must set securityContext.capabilities.drop=["ALL"]',
    isForPod: false,
    passes: (container) => capabilities(container, 'drop').includes('ALL'),
  },
  {
    title: 'runAsNonRoot != true',
    demand: 'must set securityContext.runAsNonRoot=true',
    isForPod: true,
    passes: (container, podSpec) => effective(container, podSpec, 'runAsNonRoot') === true,
  },
  {
    title: 'runAsUser=0',
    demand: 'must not set runAsUser=0',
    isForPod: true,
    passes: (container, podSpec) => effective(container, podSpec, 'runAsUser') !== 0,
  },
  {
    title: 'seccompProfile',
    demand: 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
    isForPod: true,
    passes: (container, podSpec) =>
      ['RuntimeDefault', 'Localhost'].includes(String(seccompOf(container, podSpec))),
  },
];

const HOST_NAMESPACES = ['hostNetwork', 'hostPID', 'hostIPC'];

/** What a level says against a pod, as Kubernetes words it; null: nothing. */
export function podSecurityProblem(level: PodSecurityLevel, podSpec: Draft): string | null {
  if (level === 'privileged') return null;
  const hostNamespaces = HOST_NAMESPACES.filter((name) => podSpec[name] === true);
  const checks = level === 'baseline' ? BASELINE : [...BASELINE.slice(0, 1), ...RESTRICTED];
  const containers = [...listAt(podSpec, 'initContainers'), ...listAt(podSpec, 'containers')];
  const violations = [
    ...(hostNamespaces.length > 0
      ? [`host namespaces (${hostNamespaces.map((name) => `${name}=true`).join(', ')})`]
      : []),
    ...checks.flatMap(({ title, demand, isForPod, passes }) => {
      const names = containers
        .filter((container) => !passes(container, podSpec))
        .map(({ name }) => `"${String(name)}"`);
      if (names.length === 0) return [];
      const who = `${isForPod ? 'pod or ' : ''}container${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
      return [`${title} (${who} ${demand})`];
    }),
  ];
  return violations.length === 0 ? null : `violates PodSecurity "${level}:latest": ${violations.join(', ')}`;
}
