/*
 * What the clients of a chaos run did and saw. The checker compares it with what the system reports afterwards and with
 * what really ran. All times are milliseconds of this machine's clock since 1970.
 */

/** What a container of a submission prints, and how it exits unless something stops it. */
export interface Script {
  /** Every attempt prints `line 1` to `line <lines>`, each with its newline. */
  lines: number;
  /** From its first line to its end. */
  durationMs: number;
  exitCode: number;
}

/** A request for one execution, repeated with the same `Idempotency-Key` until there was an answer. */
export interface Submission {
  key: string;
  proc: string;
  userEmail: string;
  script: Script;
  askedAtMs: number;
  /** Ids in all 201 answers, in order. More than one distinct id is an execution too many. */
  acceptedIds: number[];
  /** Answers other than 201, in order; status 0 is a connection that failed. */
  refusals: { status: number; atMs: number }[];
  /** Null: the client did not cancel it. `wasAccepted`: the answer was 200. */
  cancel: { askedAtMs: number; wasAccepted: boolean } | null;
  /** Final statuses that the client saw, one for each poll that returned one. */
  seenEnds: { status: string; exitCode: number | null; atMs: number }[];
  /** The lines of a live stream that reached its end; null: the client opened none, or it was cut. */
  viewedLines: string[] | null;
}

/** A submission that has no answer yet. */
export function newSubmission(
  request: Pick<Submission, 'key' | 'proc' | 'userEmail' | 'script'>,
): Submission {
  return {
    ...request,
    askedAtMs: Date.now(),
    acceptedIds: [],
    refusals: [],
    cancel: null,
    seenEnds: [],
    viewedLines: null,
  };
}

/** A schedule that fired while faults happened, with the policies `misfire: all` and `overlap: allow`. */
export interface ScheduleRecord {
  id: number;
  proc: string;
  userEmail: string;
  script: Script;
  /** It fires at each whole multiple of this since 1970. */
  everySeconds: number;
  /** Ticks after `fromMs` up to and including `untilMs` must have fired; ticks around the two may have. */
  fromMs: number;
  untilMs: number;
  /** Who gets an email about each end. */
  recipients: string[];
}

export interface ProcRecord {
  name: string;
  /** Null: none. */
  concurrencyLimit: number | null;
  /** An execution has at most one attempt more. */
  retries: number;
}

export interface FaultRecord {
  /** The name of a fault, e.g. `kill executor-worker`. */
  kind: string;
  fromMs: number;
  untilMs: number;
}

/** A service that exited unexpectedly. */
export interface CrashRecord {
  service: string;
  /** The signal or the exit status. */
  how: string;
  atMs: number;
}

export interface ChaosRecord {
  seed: number;
  submissions: Submission[];
  schedules: ScheduleRecord[];
  procs: ProcRecord[];
  faults: FaultRecord[];
  /** Users who get email about the ends of their own executions. */
  notifiedUsers: string[];
  crashes: readonly CrashRecord[];
}
