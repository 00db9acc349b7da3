/**
 * The Kubernetes objects that the sandbox stores, reduced to the fields it uses. Objects are immutable: every change
 * creates a new one. Times are RFC 3339 in whole seconds, like `metav1.Time`.
 */
export interface ResourceTypes {
  namespaces: Namespace;
  pods: Pod;
  secrets: Secret;
  configmaps: ConfigMap;
  serviceaccounts: ServiceAccount;
  events: KubeEvent;
  jobs: Job;
}
export type ResourceName = keyof ResourceTypes;
export type AnyObject = ResourceTypes[ResourceName];

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface Condition {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string;
}

export interface Namespace {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: { finalizers: string[] };
  status?: { phase: 'Active' | 'Terminating' };
}

export interface ServiceAccount {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Values in `data` are base64. */
export interface Secret {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  type: string;
  immutable?: boolean;
  data?: Record<string, string>;
}

export interface ConfigMap {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  data?: Record<string, string>;
}

export interface KubeEvent {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  involvedObject: ObjectReference;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  source: { component: string; host?: string };
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
  eventTime: null;
  reportingComponent: string;
  reportingInstance: string;
}

export interface ObjectReference {
  kind: string;
  apiVersion: string;
  namespace?: string;
  name: string;
  uid: string;
  resourceVersion?: string;
  fieldPath?: string;
}

export interface Job {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: JobSpec;
  status: JobStatus;
}

export interface JobSpec {
  parallelism: number;
  completions: number;
  completionMode: string;
  backoffLimit: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  suspend: boolean;
  podReplacementPolicy: 'TerminatingOrFailed' | 'Failed';
  podFailurePolicy?: { rules: PodFailurePolicyRule[] };
  manualSelector?: boolean;
  selector: { matchLabels: Record<string, string> };
  template: PodTemplate;
}

/** Has either `onExitCodes` or `onPodConditions`. */
export interface PodFailurePolicyRule {
  action: 'Count' | 'FailJob' | 'Ignore';
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] };
  onPodConditions?: { type: string; status: string }[];
}

export interface PodTemplate {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export interface JobStatus {
  startTime?: string;
  completionTime?: string;
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  uncountedTerminatedPods?: Record<string, never>;
  conditions?: Condition[];
}

export interface Pod {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: PodSpec;
  status: PodStatus;
}

export interface PodSpec {
  initContainers?: Container[];
  containers: Container[];
  volumes?: Volume[];
  restartPolicy: 'Always' | 'OnFailure' | 'Never';
  nodeName?: string;
  activeDeadlineSeconds?: number;
  terminationGracePeriodSeconds: number;
  serviceAccountName?: string;
  securityContext?: SecurityContext;
}

/** Of a pod or container; that of the container wins. */
export interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
}

export interface Volume {
  name: string;
  emptyDir?: object;
  secret?: { secretName: string };
  configMap?: { name: string };
}

export interface Container {
  name: string;
  image: string;
  /** Of an init container that goes on alongside the others. */
  restartPolicy?: 'Always';
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  securityContext?: SecurityContext;
  env?: EnvVar[];
  envFrom?: EnvFromSource[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    secretKeyRef?: { name: string; key: string; optional?: boolean };
    fieldRef?: { fieldPath: string };
  };
}

export interface EnvFromSource {
  configMapRef?: { name: string; optional?: boolean };
  prefix?: string;
  secretRef?: { name: string; optional?: boolean };
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodStatus {
  phase: PodPhase;
  reason?: string;
  message?: string;
  conditions?: Condition[];
  hostIP?: string;
  podIP?: string;
  startTime?: string;
  qosClass?: string;
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

export interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: {
    exitCode: number;
    reason: string;
    message?: string;
    startedAt: string;
    finishedAt: string;
    containerID?: string;
  };
}

export interface ContainerStatus {
  name: string;
  image: string;
  imageID: string;
  containerID?: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

/** Formats a time as Kubernetes does: whole seconds, UTC. */
export function toKubeTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

export function isPodTerminal(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Init containers first. */
export function allContainers({ initContainers = [], containers }: PodSpec): Container[] {
  return [...initContainers, ...containers];
}

/** An init container that the others do not wait for: only for its start. */
export function isNativeSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

/** Removes undefined fields, so that objects look like those of a real API server. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
