/** What a proc may say of its pods, in Kubernetes' terms. Null or empty: the worker's default. */
export interface PodSettings {
  resources: PodResources | null;
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly Toleration[];
  serviceAccount: string | null;
  imagePullSecrets: readonly string[];
  /** Added to those that the worker puts on every Job and pod; the proc's win. */
  annotations: Readonly<Record<string, string>>;
}

/** Quantities as Kubernetes writes them, e.g. `{ cpu: '100m', memory: '128Mi' }`. */
export interface PodResources {
  requests: Readonly<Record<string, string>>;
  limits: Readonly<Record<string, string>>;
}

export interface Toleration {
  /** Null only with operator `Exists`: tolerates every taint. */
  key: string | null;
  operator: 'Equal' | 'Exists';
  /** Null with operator `Exists`. */
  value: string | null;
  /** Null: every effect. */
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' | null;
  /** Only with effect `NoExecute`; null: for ever. */
  tolerationSeconds: number | null;
}

export const DEFAULT_POD_SETTINGS: PodSettings = {
  resources: null,
  nodeSelector: {},
  tolerations: [],
  serviceAccount: null,
  imagePullSecrets: [],
  annotations: {},
};
