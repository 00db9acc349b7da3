/** Delays in the sandbox. In a cluster they take seconds or minutes. */
export interface SandboxTiming {
  /** Between a pod's creation and its binding to the node. */
  scheduleDelayMs: number;
  imagePullDelayMs: number;
  /** Doubles with each failed pull. A cluster: 10 s up to 300 s. */
  imagePullBackoffMs: number;
  imagePullBackoffMaxMs: number;
  /** Between failed pods of a Job; doubles. A cluster: 10 s up to 600 s. */
  jobRetryBackoffMs: number;
  jobRetryBackoffMaxMs: number;
  /** Between a Job's tries to create a pod that is refused; doubles. A cluster: 1 s up to 60 s. */
  podCreateBackoffMs: number;
  podCreateBackoffMaxMs: number;
  /** Between runs of a container with `restartPolicy: OnFailure`; doubles. A cluster: 10 s up to 300 s. */
  containerRestartBackoffMs: number;
  containerRestartBackoffMaxMs: number;
  /** How long an object may exist without its owner. */
  absentOwnerDelayMs: number;
  /** Between bookmarks on a watch that asks for them. A cluster: about a minute. */
  bookmarkIntervalMs: number;
  /** How long containers may take to end when the sandbox stops, before they are killed. */
  shutdownGraceMs: number;
  /** How far stderr's timestamps lag behind, which makes the timestamps of a log go back. */
  stderrStampLagMs: number;
}

export const DEFAULT_TIMING: SandboxTiming = {
  scheduleDelayMs: 0,
  imagePullDelayMs: 0,
  imagePullBackoffMs: 1000,
  imagePullBackoffMaxMs: 30_000,
  jobRetryBackoffMs: 1000,
  jobRetryBackoffMaxMs: 60_000,
  podCreateBackoffMs: 1000,
  podCreateBackoffMaxMs: 5000,
  containerRestartBackoffMs: 1000,
  containerRestartBackoffMaxMs: 60_000,
  absentOwnerDelayMs: 500,
  bookmarkIntervalMs: 30_000,
  shutdownGraceMs: 2000,
  stderrStampLagMs: 0,
};

/** How much the sandbox keeps. */
export interface SandboxLimits {
  /** Changes kept per resource, from which a watch may resume. From older versions it gets 410. */
  rememberedChanges: number;
  /** Size at which a container's log file is rotated, and how many files are kept. Only the newest is served. */
  logFileBytes: number;
  logFiles: number;
  /** How often the size of a container's log is checked. A cluster's kubelet: every 10 s. */
  logRotationCheckMs: number;
  /** Longer lines are written to the log file in pieces. Readers still see one line. */
  logLineBytes: number;
  /** Maximum number of Event objects. The oldest are removed first. */
  events: number;
}

export const DEFAULT_LIMITS: SandboxLimits = {
  rememberedChanges: 10_000,
  logFileBytes: 10 * 1024 * 1024,
  logFiles: 5,
  logRotationCheckMs: 10_000,
  logLineBytes: 1024 * 1024,
  events: 5000,
};
