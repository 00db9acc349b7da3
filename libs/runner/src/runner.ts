import type { LogPosition, PodSettings } from '@app/domain';

/**
 * The port through which the executor worker runs containers. One implementation in production: Kubernetes
 * (`kubernetes/`). Every method may be repeated. A method that cannot reach the cluster, or is told to come back
 * later (429, 5xx, network, timeout), throws `RunnerUnavailableError`; the caller retries with back-off. One that is
 * refused for good throws `RunnerRefusedError`, but `createJob`, for which a refusal is an outcome.
 */
export abstract class Runner {
  /** Starts the shared Job and Pod watches. They restart themselves until `close`. */
  abstract start(): Promise<void>;
  abstract close(): Promise<void>;
  /** True while both watches are established: what health and metrics report. */
  abstract isConnected(): boolean;

  /** Sees to it that what is asked next is sent at once, if not many ask; may take 15 s. */
  abstract connect(signal?: AbortSignal): Promise<void>;
  /**
   * Creates the Job. Its pod cannot start before `createSecret` was called: every Job refers to its Secret. Sent within 3 s
   * or not at all, so that the caller's lease still holds.
   */
  abstract createJob(request: JobRequest, signal?: AbortSignal): Promise<CreateJobOutcome>;
  /** Creates the immutable Secret (same name as the Job) owned by the Job. Already there: left as it is. */
  abstract createSecret(job: JobRef, values: Readonly<Record<string, string>>): Promise<'created' | 'exists'>;
  /** The values in the Job's own Secret, or null if there is none. */
  abstract readSecret(jobName: string): Promise<Record<string, string> | null>;
  /** Reads Job and pods directly from the API, never from the watch's cache. */
  abstract read(jobName: string): Promise<RunView>;
  /** Deletes the Job (only the one with this uid) with its pods, in the background. Gone already is no error. */
  abstract deleteJob(job: JobRef): Promise<void>;
  /**
   * The run as the shared watches see it: the present state at once (from the cache), then again after every
   * change. Slow readers skip intermediate states, never the last. Ends when `signal` aborts.
   */
  abstract observe(jobName: string, signal: AbortSignal): AsyncIterable<RunView>;
  /** Jobs of this installation that the watch's cache holds: what the orphan sweep looks at. */
  abstract listJobs(): readonly JobView[];

  /**
   * Follows one container's log from `from`, over cut connections, each line once. Ends when the container has ended
   * and its log was read to the end, or when `signal` aborts. Throws `LogLostError` when the log can't be
   * read any more (pod or node gone).
   * @param onOpen called whenever the server begins to give the log: what was printed comes then, though the pod goes
   */
  abstract followLog(
    pod: PodRef,
    from: LogPosition,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncIterable<LogPiece>;
}

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
  image: string;
  /** Values arrive in the container exactly as given. */
  args: Readonly<Record<string, string>>;
  /** Context variables (`EXECUTION_ID`, …); win over args of the same name. */
  context: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  retries: number;
  /** How and where its pods run: the proc's own settings over the worker's. */
  pod: PodSettings;
}

export type CreateJobOutcome =
  | { kind: 'created'; jobUid: string }
  /** A Job of that name is there. `ours`: its labels carry this installation and this execution. */
  | { kind: 'exists'; jobUid: string; ours: boolean }
  /** Kubernetes refused it for good; its own message. */
  | { kind: 'refused'; message: string };

/** `job: null`: there is no such Job. Pods are ordered by creation, oldest first: one per attempt. */
export interface RunView {
  job: JobView | null;
  pods: readonly PodView[];
}

export interface JobView {
  jobName: string;
  jobUid: string;
  executionId: string;
  createdAt: Date;
  active: number;
  /** How many of its pods have ended, those among them that are gone. */
  endedPods: number;
  /** Set once the Job has a `Complete` or `Failed` condition. */
  finished: { succeeded: boolean; reason: string; message: string; at: Date } | null;
  isBeingDeleted: boolean;
}

export interface PodView {
  podName: string;
  podUid: string;
  createdAt: Date;
  state: PodState;
  isBeingDeleted: boolean;
}

export type PodState =
  /** Not running yet. `reason`: Kubernetes' own, e.g. `ErrImagePull`, `Unschedulable`, `ContainerCreating`. */
  | { kind: 'waiting'; reason: string | null; message: string | null }
  | { kind: 'running'; startedAt: Date }
  | { kind: 'succeeded'; startedAt: Date | null; endedAt: Date }
  /** `exitCode` null: there was none (evicted, deadline before start, node lost). */
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
      /** Without the newline. Cut only between UTF-8 characters. Invalid UTF-8 is replaced. */
      text: string;
      /** False: a piece of a very long line that goes on in the next piece, or the log's last line without a newline. */
      endsLine: boolean;
      /** Where to resume once this piece is stored. */
      position: LogPosition;
    }
  /** Lines are missing here for good: the kubelet no longer had them. */
  | { kind: 'gap'; reason: string; position: LogPosition };

export class RunnerUnavailableError extends Error {
  override readonly name = 'RunnerUnavailableError';
}

/** Kubernetes refused a request for good (forbidden, invalid); a retry changes nothing until somebody does. */
export class RunnerRefusedError extends Error {
  override readonly name = 'RunnerRefusedError';
}

export class LogLostError extends Error {
  override readonly name = 'LogLostError';

  /** @param isProbablyComplete the server had ended the stream in good order before the pod was gone */
  constructor(
    message: string,
    { isProbablyComplete = false, ...options }: ErrorOptions & { isProbablyComplete?: boolean } = {},
  ) {
    super(message, options);
    this.isProbablyComplete = isProbablyComplete;
  }

  readonly isProbablyComplete: boolean;
}
