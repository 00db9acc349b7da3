import type { MountedObject } from './mounted-objects.js';
import type { PodFile } from './pod-files.js';
import type { Scratch } from './scratch.js';
import type { SecuritySettings } from './security-settings.js';

/** Settings of a proc's pods, in Kubernetes' terms. Null or empty means the worker's default. */
export interface PodSettings {
  /** Null: the installation's default. */
  namespace: string | null;
  resources: PodResources | null;
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly Toleration[];
  serviceAccount: string | null;
  imagePullSecrets: readonly string[];
  /** Added to the worker's own annotations on every Job and pod. The proc's take precedence. */
  annotations: Readonly<Record<string, string>>;
  security: SecuritySettings | null;
  priorityClass: string | null;
  runtimeClass: string | null;
  /** Null: Kubernetes decides by the tag of the image. */
  imagePullPolicy: ImagePullPolicy | null;
  /** A LocalQueue of Kueue, which decides when its Jobs run; null: at once. */
  queue: string | null;
  /** The proc may run again after it was stopped, even without retries. */
  repeatable: boolean;
  scratch: Scratch | null;
  files: readonly PodFile[];
  configMaps: readonly MountedObject[];
  /** Secrets that exist in the namespace, not those that Proctor keeps. */
  secrets: readonly MountedObject[];
  /** Name of a pod template of the installation. */
  template: string | null;
  /** Exit codes that are worth a retry. Empty: all but those of `failOn`. */
  retryOn: readonly number[];
  /** Exit codes that end the execution without a retry. Empty if `retryOn` is not. */
  failOn: readonly number[];
}

export const IMAGE_PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const;
export type ImagePullPolicy = (typeof IMAGE_PULL_POLICIES)[number];

/** Kubernetes quantities, e.g. `{ cpu: '100m', memory: '128Mi' }`. */
export interface PodResources {
  requests: Readonly<Record<string, string>>;
  limits: Readonly<Record<string, string>>;
}

export interface Toleration {
  /** Null only with operator `Exists`, which then tolerates every taint. */
  key: string | null;
  operator: 'Equal' | 'Exists';
  /** Null with operator `Exists`. */
  value: string | null;
  /** Null means every effect. */
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' | null;
  /** Only with effect `NoExecute`. Null means forever. */
  tolerationSeconds: number | null;
}

export const DEFAULT_POD_SETTINGS: PodSettings = {
  namespace: null,
  resources: null,
  nodeSelector: {},
  tolerations: [],
  serviceAccount: null,
  imagePullSecrets: [],
  annotations: {},
  security: null,
  priorityClass: null,
  runtimeClass: null,
  imagePullPolicy: null,
  queue: null,
  repeatable: false,
  scratch: null,
  files: [],
  configMaps: [],
  secrets: [],
  template: null,
  retryOn: [],
  failOn: [],
};
