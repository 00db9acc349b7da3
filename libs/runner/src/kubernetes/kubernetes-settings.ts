import { isDnsLabel } from '@app/domain';
import type { ClusterAccess } from './kube-config.js';

/** Quantities as Kubernetes writes them, e.g. `{ cpu: '100m', memory: '128Mi' }`. */
export interface ContainerResources {
  requests?: Readonly<Record<string, string>>;
  limits?: Readonly<Record<string, string>>;
}

export interface KubernetesRunnerSettings {
  cluster: ClusterAccess;
  /** The procs' namespace; must exist. */
  namespace: string;
  /** DNS-1123 label. Marks our objects, so that two installations in one namespace never touch each other's objects. */
  installationId: string;
  /** Safety net for Jobs that no worker removes. Default: 7 days. */
  ttlSecondsAfterFinished?: number;
  /** For each container. Default: requests 100m CPU and 128Mi, limits 1 CPU and 1Gi. */
  defaultResources?: ContainerResources;
  /** Added per attempt for scheduling, image pull and termination. Default: one hour. */
  jobDeadlineMarginSeconds?: number;
  /** Timeout of each API call except watches and logs. Default: 5 seconds. */
  requestTimeoutMs?: number;
  /** How often the watches list everything again. Default: 5 minutes. */
  resyncSeconds?: number;
  /** Called with each failure that the watches recover from by themselves. */
  onError?: (what: string, error: unknown) => void;
}

const DAY_SECONDS = 24 * 60 * 60;

/** Fills in the defaults. Throws at start, not at the first Job, if Kubernetes would never accept a name. */
export function completeSettings(settings: KubernetesRunnerSettings) {
  for (const field of ['namespace', 'installationId'] as const) {
    if (!isDnsLabel(settings[field])) {
      throw new Error(
        `${field} "${settings[field]}" is not a valid Kubernetes name. Use up to 63 of a-z, 0-9 and "-"; start and end with a letter or digit.`,
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
