import type { Case, CaseFile, Run } from '../case-file.js';
import { endedByItself, untilMs } from '../case-file.js';
import type { ToldEnd, Violation } from '../evidence.js';
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

function describeMisfit(one: Case, end: ToldEnd, faults: FaultsNear): string | null {
  return describeRuns(one) ?? describeStatus(one, end, faults) ?? describeCancel(one, end, faults);
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

function describeStatus(one: Case, { status, exitCode }: ToldEnd, faults: FaultsNear): string | null {
  const { runs, row } = one;
  const last = runs.at(-1);
  const given = `${status} with exit code ${exitCode ?? 'none'}`;
  switch (status) {
    case 'FINISHED':
    case 'FETCH_POD_LOG_FAILED':
      if (last?.exitCode !== 0) return `${given}, but ${describeLast(last)}`;
      return exitCode === 0 ? null : `${given}, but its container exited with 0`;
    case 'POD_FAILED':
      return describeFailure(one, exitCode, faults);
    case 'CANCELLED':
      if (!one.submission?.cancel) return 'CANCELLED, but nobody asked for that';
      return exitCode === null ? null : `${given}, but what is cancelled has none`;
    case 'CREATION_FAILED':
    case 'JOB_CREATION_FAILED':
      if (last) return `${given}, but ${describeLast(last)}`;
      return excuse(one, `${given} (${row.reason}), but nothing was at fault`, faults);
    case 'POD_CREATION_FAILED':
      // The pod of a later attempt may be the one that did not start.
      if (runs.length > one.proc.retries || runs.some((run) => run.exitCode === 0 && !run.killed)) {
        return `${given}, but ${describeLast(last)}`;
      }
      return excuse(one, `${given} (${row.reason}), but nothing was at fault`, faults);
    case 'TIMED_OUT':
    case 'REQUIREMENT_NOT_MET':
      // No proc of a chaos run has a time limit that is short, or a secret.
      return `${given} (${row.reason}): that can't happen to what was submitted`;
    default:
      return `${given} is no end`;
  }
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
function describeCancel(one: Case, { status }: ToldEnd, faults: FaultsNear): string | null {
  const { cancel = null } = one.submission ?? {};
  if (!cancel?.wasTaken || status === 'CANCELLED') return null;
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
