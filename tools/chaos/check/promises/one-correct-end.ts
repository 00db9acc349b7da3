import { isCancelled, type ExecutionStatus } from '@app/domain';
import type { Case, CaseFile, KnownEnd, Run } from '../case-file.js';
import { disruptedPods, endedByItself, untilMs } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';

/** An accepted cancel stops the container within this time, even if workers die meanwhile. */
const MAX_CANCEL_MS = 60_000;
/** Until a killed process is reaped on a busy machine. */
const REAP_MS = 2_000;
/** The database stores milliseconds. */
const ROUNDING_MS = 5;

/** Every accepted execution ended, with the status and exit code of what really happened. Pure. */
export function checkEnds({ cases, faults }: CaseFile): Violation[] {
  return [...cases.values()].flatMap((one) => {
    const problem = one.end === null ? describeNoEnd(one) : describeWrongEnd(one, one.end, faults);
    return problem === null ? [] : [{ promise: 'one correct end', subject: `execution ${one.id}`, problem }];
  });
}

function describeNoEnd({ row, runs }: Case): string {
  return `it has not ended: ${row.status} (${row.reason ?? 'no reason'}), ${runs.length} containers ran`;
}

function describeWrongEnd(one: Case, end: KnownEnd, faults: FaultsNear): string | null {
  return describeRuns(one) ?? WRONG_END_OF[end.status](one, end, faults) ?? describeCancel(one, end, faults);
}

/** Checks the containers, whatever the status. */
function describeRuns({ runs, row, script, attempts }: Case): string | null {
  for (const run of runs) {
    const lastAt = (row.endedAtMs ?? Infinity) + ROUNDING_MS + (run.killed ? REAP_MS : 0);
    if (untilMs(run) > lastAt) return `it ended while its container ${run.podUid} was still running`;
    if (endedByItself(run) && script && run.exitCode !== script.exitCode) {
      return `its container exited with ${run.exitCode}, but its script exits with ${script.exitCode}`;
    }
    const attempt = attempts.find(({ podUid }) => podUid === run.podUid);
    if (endedByItself(run) && attempt && ![null, run.exitCode].includes(attempt.exitCode)) {
      return `attempt ${attempt.n} has exit code ${attempt.exitCode}, but its container exited with ${run.exitCode}`;
    }
  }
  return null;
}

type DescribeWrongEnd = (one: Case, end: KnownEnd, faults: FaultsNear) => string | null;

function describeSuccess(one: Case, end: KnownEnd): string | null {
  const last = one.runs.at(-1);
  if (last?.exitCode !== 0) return `${brief(end)}, but ${describeLast(last)}`;
  return end.exitCode === 0 ? null : `${brief(end)}, but its container exited with 0`;
}

function describeUncreated(one: Case, end: KnownEnd, faults: FaultsNear): string | null {
  const last = one.runs.at(-1);
  if (last) return `${brief(end)}, but ${describeLast(last)}`;
  return excuse(one, `${brief(end)} (${one.row.reason}), without a fault to explain it`, faults);
}

function describeUnstarted(one: Case, end: KnownEnd, faults: FaultsNear): string | null {
  const { runs, proc, row } = one;
  // The pod that did not start may be that of a later attempt.
  const counted = runs.length - disruptedPods(one, faults).size;
  if (counted > proc.retries || runs.some((run) => run.exitCode === 0 && !run.killed)) {
    return `${brief(end)}, but ${describeLast(runs.at(-1))}`;
  }
  return excuse(one, `${brief(end)} (${row.reason}), without a fault to explain it`, faults);
}

function describeCancelled({ submission }: Case, end: KnownEnd): string | null {
  if (!submission?.cancel) return `${end.status}, but no client cancelled it`;
  return end.exitCode === null ? null : `${brief(end)}, but a cancelled execution has none`;
}

/** No proc of a chaos run has a short time limit or a required secret. */
const describeImpossible: DescribeWrongEnd = ({ row }, end) =>
  `${brief(end)} (${row.reason}): impossible for these procs`;

const describeLive: DescribeWrongEnd = (_one, end) => `${brief(end)} is not a final status`;

const WRONG_END_OF: Record<ExecutionStatus, DescribeWrongEnd> = {
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
  if (/^(job vanished|given up)/.test(row.reason ?? '')) return `${given}: no fault deletes Jobs`;
  const last = runs.at(-1);
  // The pod was lost with its node before its container started.
  if (!last) return excuse(one, `${given}, but no container ran, without a fault to explain it`, faults);
  // The node may be lost between the end of a container and its report, and a worker may learn of both late.
  const hadPodFault = faults.ofPods(last.startedAtMs, row.endedAtMs ?? Infinity);
  if (endedByItself(last) && last.exitCode === 0 && !hadPodFault)
    return `${given}, but ${describeLast(last)}`;
  if (!endedByItself(last) && !hadPodFault)
    return `${given}: its container was stopped, without a fault to explain it`;
  const tried = new Set([...runs, ...attempts].map(({ podUid }) => podUid)).size;
  if (tried <= proc.retries && !faults.ofPods(row.createdAtMs, row.endedAtMs ?? Infinity)) {
    return `${given} after ${tried} of ${proc.retries + 1} attempts`;
  }
  // The pod of the last attempt may be killed before its container starts.
  const hasRun = (podUid: string) => runs.some((run) => run.podUid === podUid);
  if (exitCode === null && hadPodFault && attempts.some(({ podUid }) => !hasRun(podUid))) return null;
  if (exitCode === null && faults.ofNode(last.startedAtMs, row.endedAtMs ?? Infinity)) return null;
  return isExitCodeOf(exitCode, runs) ? null : `${given}, but ${describeLast(last)}`;
}

/**
 * The exit code is that of the last container. If it was stopped, its pod may be gone before the worker reads it: then
 * there is none, or that of the attempt before.
 */
function isExitCodeOf(exitCode: number | null, runs: readonly Run[]): boolean {
  if (runs.at(-1)?.exitCode === exitCode) return true;
  if (runs.every(endedByItself)) return false;
  return exitCode === null || runs.some((run) => run.exitCode === exitCode);
}

/** An accepted cancel ends the execution, unless it ended by itself first. */
function describeCancel(one: Case, { status }: KnownEnd, faults: FaultsNear): string | null {
  const { cancel = null } = one.submission ?? {};
  if (!cancel?.wasAccepted || isCancelled(status)) return null;
  const last = one.runs.at(-1);
  if (!last) return excuse(one, `${status}, but a cancel was accepted and no container ran`, faults);
  if (untilMs(last) > cancel.askedAtMs + MAX_CANCEL_MS) {
    return `${status}: it ran on for more than ${MAX_CANCEL_MS / 1_000} s after its cancel was accepted`;
  }
  if (!endedByItself(last) && !faults.ofPods(last.startedAtMs, untilMs(last))) {
    return `${status}, but its container was stopped by the accepted cancel`;
  }
  return null;
}

/** Null if there was any fault during the execution. */
function excuse({ row }: Case, problem: string, faults: FaultsNear): string | null {
  return faults.any(row.createdAtMs, row.endedAtMs ?? Infinity) ? null : problem;
}

function describeLast(run: Run | undefined): string {
  if (!run) return 'no container ran';
  if (run.endedAtMs === null) return 'its last container is still running';
  const how = run.killed ? 'was stopped, with' : 'exited with';
  return `its last container ${how} ${run.exitCode ?? 'an unknown exit code'}`;
}
