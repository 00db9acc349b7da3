/** How long the sandbox takes over things that take a cluster seconds or minutes. */
export interface SandboxTiming {
  /** From a pod's creation to its being bound to the node. */
  scheduleDelayMs: number;
  imagePullDelayMs: number;
  /** Doubles with each failed pull. A cluster: 10 s up to 300 s. */
  imagePullBackoffMs: number;
  imagePullBackoffMaxMs: number;
  /** Between failed pods of a Job; doubles. A cluster: 10 s up to 600 s. */
  jobRetryBackoffMs: number;
  jobRetryBackoffMaxMs: number;
  /** Between runs of a container with `restartPolicy: OnFailure`; doubles. A cluster: 10 s up to 300 s. */
  containerRestartBackoffMs: number;
  containerRestartBackoffMaxMs: number;
  /** How long an object may exist whose owner is not there. */
  absentOwnerDelayMs: number;
  /** Between bookmarks on a watch that asks for them. A cluster: about a minute. */
  bookmarkIntervalMs: number;
  /** How long containers get to end when the sandbox stops, before they are killed. */
  shutdownGraceMs: number;
  /** How much older the stamps of stderr's lines are than their arrival: makes timestamps step back. */
  stderrStampLagMs: number;
}

export const DEFAULT_TIMING: SandboxTiming = {
  scheduleDelayMs: 0,
  imagePullDelayMs: 0,
  imagePullBackoffMs: 1000,
  imagePullBackoffMaxMs: 30_000,
  jobRetryBackoffMs: 1000,
  jobRetryBackoffMaxMs: 60_000,
  containerRestartBackoffMs: 1000,
  containerRestartBackoffMaxMs: 60_000,
  absentOwnerDelayMs: 500,
  bookmarkIntervalMs: 30_000,
  shutdownGraceMs: 2000,
  stderrStampLagMs: 0,
};

/** How much the sandbox keeps. */
export interface SandboxLimits {
  /** Changes per resource that a watch may still resume over; older ones are 410. */
  rememberedChanges: number;
  /** Size at which a container's log file is rotated, and how many files stay on disk; only the newest is served. */
  logFileBytes: number;
  logFiles: number;
  /** How often a container's log is looked at for its size. A cluster's kubelet: every 10 s. */
  logRotationCheckMs: number;
  /** A longer line is written to the log file in pieces (it is still one line to a reader). */
  logLineBytes: number;
  /** Event objects; the oldest go first. */
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
