import type { LogPosition, PodSettings, PodTemplate } from '@app/domain';

/** A cluster, through a runner for each namespace. */
export abstract class Cluster {
  /** Starts the watches of the namespaces in the settings. Throws as `Runner.start` does. */
  abstract start(): Promise<void>;
  abstract close(): Promise<void>;
  /** The runner of a namespace, which may have left the settings; null: of the default one. Created once. */
  abstract in(namespace: string | null): Runner;
  /** Whether new Jobs may be created there; null: in the default namespace. */
  abstract allows(namespace: string | null): boolean;
  /** Those of all namespaces that have been used so far. */
  abstract runners(): readonly Runner[];
  /** Namespaces of the settings that are not watched now, each with the reason, as far as it is known. */
  abstract problems(): readonly string[];
}

/**
 * The port through which the executor worker runs containers in one namespace. One implementation in production: Kubernetes
 * (`kubernetes/`). Every method may be repeated. A method that cannot reach the cluster, or gets a temporary failure
 * (429, 5xx, network, timeout), throws `RunnerUnavailableError`; the caller retries with back-off. If the cluster answered
 * that it refuses the request for now, the error is a `RunnerRefusedForNowError`. A permanent refusal throws
 * `RunnerRefusedError`, except in `createJob`, which returns it as an outcome.
 */
export abstract class Runner {
  abstract readonly namespace: string;

  /**
   * Starts the shared Job and Pod watches. They restart themselves until `close`. Throws if there are no usable credentials;
   * a cluster that is away is no error.
   */
  abstract start(): Promise<void>;
  abstract close(): Promise<void>;
  /** True while both watches are established. Health and metrics report it. */
  abstract isConnected(): boolean;

  /**
   * Calls `create`, which calls `createJob`, when it is its turn: the runner bounds how many run at a time, and lets fewer run
   * while the cluster answers 429. Wait here before the lease is renewed, not after. Rejects as `create` does, or with the
   * signal's reason.
   */
  abstract inTurn<T>(create: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Opens a connection, so that the next request is sent at once unless many compete for it. Takes up to 15 s. Refuses for
   * now where the worker may not watch Jobs and pods: it could not follow what it creates.
   */
  abstract connect(signal?: AbortSignal): Promise<void>;
  /**
   * Creates the Job. Its pod cannot start before `createSecret` is called, because every Job refers to its Secret. The
   * request is sent within 3 s or not at all, while the caller still holds its lease.
   */
  abstract createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome>;
  /**
   * Asks the cluster whether it would take this Job, without creating it. Never throws for what the cluster says; rejects with
   * the signal's reason. The request is sent within 3 s or not at all.
   */
  abstract tryJob(request: JobRequest, signal?: AbortSignal): Promise<JobTrial>;
  /** Creates the Job's immutable Secret, with the Job's name and the Job as owner. An existing one is left unchanged. */
  abstract createSecret(job: JobRef, values: SecretData): Promise<CreateSecretOutcome>;
  /**
   * Creates the immutable Secret with the texts of the Job's files (`PodSettings.files`), in their order. Call it before
   * `createSecret`. An existing one is left unchanged.
   */
  abstract createFiles(job: JobRef, texts: readonly string[]): Promise<'created' | 'exists'>;
  /** Returns the values in the Job's own Secret, or null if there is none. */
  abstract readSecret(jobName: string): Promise<SecretData | null>;
  /** Reads the Job and its pods directly from the API, never from the watch cache. */
  abstract read(jobName: string): Promise<RunView>;
  /** Deletes the Job with this uid and its pods, in the background. Succeeds if the Job is already gone. */
  abstract deleteJob(job: JobRef): Promise<void>;
  /** Deletes one pod, for a Job that cannot: it is gone, hangs on a finalizer, or waits for the pod to end. */
  abstract deletePod(pod: PodRef): Promise<void>;
  /**
   * Yields the run as the shared watches see it: the current state at once (from the cache), then again after every
   * change. A slow reader skips intermediate states, but never the latest, nor how a pod ended that is gone. Ends when
   * `signal` aborts.
   */
  abstract observe(jobName: string, signal: AbortSignal): AsyncIterable<RunView>;
  /** Returns this installation's Jobs from the watch cache. The orphan sweep reads it. */
  abstract listJobs(): readonly JobView[];

  /**
   * Follows one container's log from `from`, across dropped connections, yielding each line once. Ends when the
   * container has terminated and its log was read to the end, or when `signal` aborts. Throws `LogLostError` when the
   * log can no longer be read (pod or node gone).
   * @param onOpen called whenever the server starts a response: from then on, all output so far arrives even if the pod
   * is deleted
   */
  abstract followLog(
    pod: PodRef,
    from: LogPosition,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncIterable<LogPiece>;
}

/**
 * Kubernetes replaces a disrupted pod of a Job with retries without end; after this many the worker must delete the Job.
 * The Job's own deadline leaves room for them.
 */
export const MAX_DISRUPTIONS = 10;

/** The reason of a pod whose init container failed. Kubernetes has none. */
export const INIT_CONTAINER_FAILED = 'InitContainerFailed';

export interface JobRef {
  jobName: string;
  jobUid: string;
}

export interface PodRef {
  podName: string;
  podUid: string;
}

export interface JobRequest {
  /** DNS-1123 label, `proctor-<installation>-<execution id>`. */
  jobName: string;
  executionId: string;
  procName: string;
  /** The proc's organization; empty: none. */
  team: string;
  /** Email of the user who asked for the execution. */
  user: string;
  image: string;
  /** The container sees the values exactly as given. */
  args: Readonly<Record<string, string>>;
  /** Context variables (`EXECUTION_ID`, …); win over args of the same name. */
  context: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  retries: number;
  /** How and where its pods run: the proc's settings merged over the worker's. */
  pod: PodSettings;
  /** Merged under the pod that all of the above describes. Omitted: none. */
  podTemplate?: PodTemplate;
}

/** By key, which is the name of the variable in the container. */
export type SecretData = Readonly<Record<string, string>>;

export interface CreateSecretOutcome {
  kind: 'created' | 'exists';
  /** What the cluster stored, and the container gets: an admission webhook may have changed it. */
  values: SecretData;
}

export type CreateJobOutcome =
  | { kind: 'created'; jobUid: string }
  /** A Job with this name exists. `ours`: its labels name this installation and this execution. */
  | { kind: 'exists'; jobUid: string; ours: boolean }
  /** Kubernetes refused it permanently; `message` is its own. */
  | { kind: 'refused'; message: string };

export interface JobTrial {
  /** What would be created, as JSON. It holds no secret. */
  manifest: object;
  /** `unanswered`: the API server is away, busy, or cannot tell without creating it. */
  outcome: 'accepted' | 'refused' | 'unanswered';
  /** Kubernetes' own; empty if it accepts the Job. */
  message: string;
  /** The warnings that the API server sent along. */
  warnings: readonly string[];
}

/** `job` is null if there is no such Job. One pod per attempt, oldest first. */
export interface RunView {
  job: JobView | null;
  pods: readonly PodView[];
  /** Why the worker may not read events, in Kubernetes' words; it then knows no warnings. Omitted: it may. */
  eventsRefused?: string;
  /** Why the worker may no longer watch Jobs or pods, in Kubernetes' words: the view is out of date. Omitted: it may. */
  watchRefused?: string;
}

/** The latest warning among Kubernetes' events about a Job or pod. It may be out of date. */
export interface Warning {
  /** E.g. `FailedCreate` of a Job, `FailedMount` of a pod. */
  reason: string;
  message: string;
  at: Date;
}

export interface JobView {
  jobName: string;
  jobUid: string;
  executionId: string;
  createdAt: Date;
  /** From when its pods may start: its creation, or the end of its last suspension. */
  startableAt: Date;
  /** Nothing of it runs until someone resumes it. `since` null: it is so new that Kubernetes does not say. */
  suspended: { since: Date | null } | null;
  /** The queue that suspends and resumes it; null: none. */
  queue: string | null;
  active: number;
  /** How many of its pods have terminated, including deleted ones. */
  endedPods: number;
  /** Set once the Job has a `Complete` or `Failed` condition. */
  finished: { succeeded: boolean; reason: string; message: string; at: Date } | null;
  isBeingDeleted: boolean;
  warning?: Warning;
  /** Why its queue does not admit it. */
  queueWarning?: Warning;
}

export interface PodView {
  podName: string;
  podUid: string;
  createdAt: Date;
  /** Of the container that runs the proc. No other container of the pod changes it. */
  state: PodState;
  /** What Kubernetes makes of the whole pod, other containers included. */
  phase: 'active' | 'succeeded' | 'failed';
  /** The proc's container runs, or may still start. */
  mayRun: boolean;
  /** The proc's container has ended, but another one keeps the pod alive. */
  isKeptAlive: boolean;
  /** Kubernetes evicted, preempted or drained it. */
  isDisrupted: boolean;
  isBeingDeleted: boolean;
  warning?: Warning;
}

export type PodState =
  /** Not running yet. `reason` comes from Kubernetes, e.g. `ErrImagePull`, `Unschedulable`, `ContainerCreating`. */
  | { kind: 'waiting'; reason: string | null; message: string | null }
  | { kind: 'running'; startedAt: Date }
  /** `interruption`: why Kubernetes told it to stop; null if it ended by itself. */
  | { kind: 'succeeded'; startedAt: Date | null; endedAt: Date; interruption: string | null }
  /** `exitCode` is null if there was none (evicted, deadline before start, node lost, an init container failed). */
  | {
      kind: 'failed';
      exitCode: number | null;
      reason: string;
      message: string | null;
      startedAt: Date | null;
      endedAt: Date;
    };

export type LogPiece =
  | {
      kind: 'text';
      /** RFC 3339 with nanoseconds, as the API server sent it. */
      timestamp: string;
      /** Without the newline. Split only between UTF-8 characters. Invalid UTF-8 is replaced. */
      text: string;
      /** False for a piece of a very long line that continues in the next piece, and for a last line without a newline. */
      endsLine: boolean;
      /** Where to resume once this piece is stored. */
      position: LogPosition;
    }
  /** Lines are permanently missing here: the kubelet no longer had them. */
  | { kind: 'gap'; reason: string; position: LogPosition };

export class RunnerUnavailableError extends Error {
  override readonly name: string = 'RunnerUnavailableError';
}

/**
 * Kubernetes refused a request and may accept it later: a full quota, a webhook that is down. The message is Kubernetes' own.
 * A caller that waits bounds how long.
 */
export class RunnerRefusedForNowError extends RunnerUnavailableError {
  override readonly name: string = 'RunnerRefusedForNowError';
}

/** Kubernetes refused a request permanently (forbidden, invalid). A retry fails until an operator fixes the cause. */
export class RunnerRefusedError extends Error {
  override readonly name = 'RunnerRefusedError';
}

export class LogLostError extends Error {
  override readonly name = 'LogLostError';

  /** @param isProbablyComplete the server ended the stream normally before the pod was gone */
  constructor(
    message: string,
    { isProbablyComplete = false, ...options }: ErrorOptions & { isProbablyComplete?: boolean } = {},
  ) {
    super(message, options);
    this.isProbablyComplete = isProbablyComplete;
  }

  readonly isProbablyComplete: boolean;
}
