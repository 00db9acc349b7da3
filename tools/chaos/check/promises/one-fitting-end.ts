import { isCancelled, type ExecutionStatus } from '@app/domain';
import type { Case, CaseFile, KnownEnd, Run } from '../case-file.js';
import { endedByItself, untilMs } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';

/** A cancel that was taken stops a container within this, however many workers die meanwhile. */
const CANCEL_MOST_MS = 60_000;
/** Within this a process that was killed by force is reaped, on a machine that is busy. */
const REAP_MS = 2_000;
/** The database keeps milliseconds. */
const ROUNDING_MS = 5;

/** Every accepted execution ended, in a status and with an exit code that fit what really happened. Pure. */
export function checkEnds({ cases, faults }: CaseFile): Violation[] {
  return [...cases.values()].flatMap((one) => {
    const told = one.end === null ? describeNoEnd(one) : describeMisfit(one, one.end, faults);
    return told === null ? [] : [{ promise: 'one fitting end', subject: `execution ${one.id}`, told }];
  });
}

function describeNoEnd({ row, runs }: Case): string {
  return `it has not ended: ${row.status} (${row.reason ?? 'no reason'}), ${runs.length} containers ran`;
}

function describeMisfit(one: Case, end: KnownEnd, faults: FaultsNear): string | null {
  return describeRuns(one) ?? MISFIT_OF[end.status](one, end, faults) ?? describeCancel(one, end, faults);
}

/** What holds of the containers, whatever the status. */
function describeRuns({ runs, row, script, attempts }: Case): string | null {
  for (const run of runs) {
    const lastAt = (row.endedAtMs ?? Infinity) + ROUNDING_MS + (run.killed ? REAP_MS : 0);
    if (untilMs(run) > lastAt) return `it ended while its container ${run.podUid} still ran`;
    if (endedByItself(run) && script && run.exitCode !== script.exitCode) {
      return `its container exited with ${run.exitCode}, but its script says ${script.exitCode}`;
    }
    const attempt = attempts.find(({ podUid }) => podUid === run.podUid);
    if (endedByItself(run) && attempt && ![null, run.exitCode].includes(attempt.exitCode)) {
      return `attempt ${attempt.n} has exit code ${attempt.exitCode}, but its container exited with ${run.exitCode}`;
    }
  }
  return null;
}

type DescribeMisfit = (one: Case, end: KnownEnd, faults: FaultsNear) => string | null;

function describeSuccess(one: Case, end: KnownEnd): string | null {
  const last = one.runs.at(-1);
  if (last?.exitCode !== 0) return `${brief(end)}, but ${describeLast(last)}`;
  return end.exitCode === 0 ? null : `${brief(end)}, but its container exited with 0`;
}

function describeUncreated(one: Case, end: KnownEnd, faults: FaultsNear): string | null {
  const last = one.runs.at(-1);
  if (last) return `${brief(end)}, but ${describeLast(last)}`;
  return excuse(one, `${brief(end)} (${one.row.reason}), but nothing was at fault`, faults);
}

function describeUnstarted(one: Case, end: KnownEnd, faults: FaultsNear): string | null {
  const { runs, proc, row } = one;
  // The pod of a later attempt may be the one that did not start.
  if (runs.length > proc.retries || runs.some((run) => run.exitCode === 0 && !run.killed)) {
    return `${brief(end)}, but ${describeLast(runs.at(-1))}`;
  }
  return excuse(one, `${brief(end)} (${row.reason}), but nothing was at fault`, faults);
}

function describeCancelled({ submission }: Case, end: KnownEnd): string | null {
  if (!submission?.cancel) return `${end.status}, but nobody asked for that`;
  return end.exitCode === null ? null : `${brief(end)}, but what is cancelled has none`;
}

/** No proc of a chaos run has a time limit that is short, or a secret. */
const describeImpossible: DescribeMisfit = ({ row }, end) =>
  `${brief(end)} (${row.reason}): that can't happen to what was submitted`;

const describeLive: DescribeMisfit = (_one, end) => `${brief(end)} is no end`;

const MISFIT_OF: Record<ExecutionStatus, DescribeMisfit> = {
  RECEIVED: describeLive,
  CREATED: describeLive,
  JOB_READY: describeLive,
  POD_READY: describeLive,
  FINISHED: describeSuccess,
  FETCH_POD_LOG_FAILED: describeSuccess,
  POD_FAILED: (one, end, faults) => describeFailure(one, end.exitCode, faults),
  CANCELLED: describeCancelled,
  CREATION_FAILED: describeUncreated,
  JOB_CREATION_FAILED: describeUncreated,
  POD_CREATION_FAILED: describeUnstarted,
  TIMED_OUT: describeImpossible,
  REQUIREMENT_NOT_MET: describeImpossible,
};

function brief({ status, exitCode }: KnownEnd): string {
  return `${status} with exit code ${exitCode ?? 'none'}`;
}

function describeFailure(one: Case, exitCode: number | null, faults: FaultsNear): string | null {
  const { runs, row, proc, attempts } = one;
  const given = `POD_FAILED with exit code ${exitCode ?? 'none'} (${row.reason ?? 'no reason'})`;
  if (/^(job vanished|given up)/.test(row.reason ?? '')) return `${given}: nobody deleted its Job`;
  const last = runs.at(-1);
  // Lost with the node before its container began.
  if (!last) return excuse(one, `${given}, but no container ran and nothing was at fault`, faults);
  // The node may be lost between the end of a container and the word of it, and a worker may hear of both late.
  const wasAtFault = faults.ofPods(last.startedAtMs, row.endedAtMs ?? Infinity);
  if (endedByItself(last) && last.exitCode === 0 && !wasAtFault) return `${given}, but ${describeLast(last)}`;
  if (!endedByItself(last) && !wasAtFault)
    return `${given}: its container was stopped, but nothing was at fault`;
  const tried = new Set([...runs, ...attempts].map(({ podUid }) => podUid)).size;
  if (tried <= proc.retries && !faults.ofPods(row.createdAtMs, row.endedAtMs ?? Infinity)) {
    return `${given} after ${tried} of ${proc.retries + 1} attempts`;
  }
  // The pod of the last attempt may be killed before its container began.
  const hasRun = (podUid: string) => runs.some((run) => run.podUid === podUid);
  if (exitCode === null && wasAtFault && attempts.some(({ podUid }) => !hasRun(podUid))) return null;
  if (exitCode === null && faults.ofNode(last.startedAtMs, row.endedAtMs ?? Infinity)) return null;
  return fits(exitCode, runs) ? null : `${given}, but ${describeLast(last)}`;
}

/**
 * The exit code is that of the last container. With one that was stopped, its pod may be gone when the worker looks:
 * then there is none, or that of the attempt before.
 */
function fits(exitCode: number | null, runs: readonly Run[]): boolean {
  if (runs.at(-1)?.exitCode === exitCode) return true;
  if (runs.every(endedByItself)) return false;
  return exitCode === null || runs.some((run) => run.exitCode === exitCode);
}

/** A cancel that was taken ends it, unless it ended by itself first. */
function describeCancel(one: Case, { status }: KnownEnd, faults: FaultsNear): string | null {
  const { cancel = null } = one.submission ?? {};
  if (!cancel?.wasTaken || isCancelled(status)) return null;
  const last = one.runs.at(-1);
  if (!last) return excuse(one, `${status}, but a cancel was taken and no container ran`, faults);
  if (untilMs(last) > cancel.askedAtMs + CANCEL_MOST_MS) {
    return `${status}: it ran on for more than ${CANCEL_MOST_MS / 1_000} s after its cancel was taken`;
  }
  if (!endedByItself(last) && !faults.ofPods(last.startedAtMs, untilMs(last))) {
    return `${status}, but its container was stopped for the cancel that was taken`;
  }
  return null;
}

/** Null if anything was at fault while it went on. */
function excuse({ row }: Case, told: string, faults: FaultsNear): string | null {
  return faults.any(row.createdAtMs, row.endedAtMs ?? Infinity) ? null : told;
}

function describeLast(run: Run | undefined): string {
  if (!run) return 'no container ran';
  if (run.endedAtMs === null) return 'its last container still runs';
  const how = run.killed ? 'was stopped, with' : 'exited with';
  return `its last container ${how} ${run.exitCode ?? 'an exit code that nobody saw'}`;
}
