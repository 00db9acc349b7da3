import type { ClusterAccess } from './kube-config.js';
import { isDnsLabel } from './names.js';

/** Quantities as Kubernetes writes them, e.g. `{ cpu: '100m', memory: '128Mi' }`. */
export interface ContainerResources {
  requests?: Readonly<Record<string, string>>;
  limits?: Readonly<Record<string, string>>;
}

export interface KubernetesRunnerSettings {
  cluster: ClusterAccess;
  /** The procs' namespace; must exist. */
  namespace: string;
  /** DNS-1123 label. Marks our objects, so that two installations in one namespace never touch each other's. */
  installationId: string;
  /** Safety net for Jobs that nobody removes. Default: 7 days. */
  ttlSecondsAfterFinished?: number;
  /** Of each container. Default: 100m CPU and 128Mi requested, 1 CPU and 1Gi at most. */
  defaultResources?: ContainerResources;
  /** Per attempt, beside its own time: scheduling, image pull, stopping. Default: one hour. */
  jobDeadlineMarginSeconds?: number;
  /** For each call of the API (not for watches and logs). Default: 5 seconds. */
  requestTimeoutMs?: number;
  /** How often the watches list everything anew. Default: 5 minutes. */
  resyncSeconds?: number;
  /** Told of each failure that the watches recover from by themselves. Default: nobody. */
  onError?: (what: string, error: unknown) => void;
}

const DAY_SECONDS = 24 * 60 * 60;

/** With all defaults filled in. Throws when a name could never be used, at start and not at the first Job. */
export function completeSettings(settings: KubernetesRunnerSettings) {
  for (const field of ['namespace', 'installationId'] as const) {
    if (!isDnsLabel(settings[field])) {
      throw new Error(
        `${field} "${settings[field]}" is no name for Kubernetes: use up to 63 of a-z, 0-9 and "-", not "-" at an end.`,
      );
    }
  }
  return {
    ...settings,
    ttlSecondsAfterFinished: settings.ttlSecondsAfterFinished ?? 7 * DAY_SECONDS,
    defaultResources: settings.defaultResources ?? {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '1', memory: '1Gi' },
    },
    jobDeadlineMarginSeconds: settings.jobDeadlineMarginSeconds ?? 3600,
    requestTimeoutMs: settings.requestTimeoutMs ?? 5_000,
    resyncSeconds: settings.resyncSeconds ?? 300,
    onError: settings.onError ?? (() => {}),
  };
}

export type CompleteSettings = ReturnType<typeof completeSettings>;
