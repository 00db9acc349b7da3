/*
 * What the clients of a chaos run did and were told. The checker compares it with what the system says afterwards and
 * with what really ran. All times are milliseconds of this machine's clock since 1970.
 */

/** What a container of a submission prints and how it ends if nobody stops it. */
export interface Script {
  /** It prints `line 1` to `line <lines>`, each with its newline, on every attempt. */
  lines: number;
  /** From its first line to its end. */
  durationMs: number;
  exitCode: number;
}

/** One execution that somebody asked for, repeated with the same `Idempotency-Key` until there was an answer. */
export interface Submission {
  key: string;
  proc: string;
  userEmail: string;
  script: Script;
  askedAtMs: number;
  /** Ids of all answers 201, in order: more than one different id is an execution too many. */
  acceptedIds: number[];
  /** Answers other than 201, in order; status 0 is a connection that failed. */
  refusals: { status: number; atMs: number }[];
  /** Null: nobody asked to cancel it. `wasTaken`: the answer was 200. */
  cancel: { askedAtMs: number; wasTaken: boolean } | null;
  /** Final statuses that a client saw, one for each look that saw one. */
  seenEnds: { status: string; exitCode: number | null; atMs: number }[];
  /** The lines that a viewer got over a live stream that ended in good order; null: nobody looked, or it was cut. */
  viewedLines: string[] | null;
}

/** A schedule that fired while faults happened, with the policies `misfire: all` and `overlap: allow`. */
export interface ScheduleRecord {
  id: number;
  proc: string;
  userEmail: string;
  script: Script;
  /** It fires at each whole multiple of this since 1970. */
  everySeconds: number;
  /** Ticks strictly after this and not after `untilMs` must have fired; others around the two may have. */
  fromMs: number;
  untilMs: number;
  /** Who is told by mail of each end. */
  recipients: string[];
}

export interface ProcRecord {
  name: string;
  /** Null: none. */
  concurrencyLimit: number | null;
  /** How many attempts an execution has at most is one more. */
  retries: number;
}

export interface FaultRecord {
  /** The name of a fault, e.g. `kill executor-worker`. */
  kind: string;
  fromMs: number;
  untilMs: number;
}

/** A service that ended although nobody had told it to. */
export interface CrashRecord {
  service: string;
  /** By which signal, or with which exit code. */
  how: string;
  atMs: number;
}

export interface ChaosRecord {
  seed: number;
  submissions: Submission[];
  schedules: ScheduleRecord[];
  procs: ProcRecord[];
  faults: FaultRecord[];
  /** Who asked to be told by mail of the ends of their own executions. */
  notifiedUsers: string[];
  crashes: readonly CrashRecord[];
}
