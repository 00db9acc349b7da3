import { isSuccess } from '@app/domain';
import { disruptedPods, endedByItself, untilMs, type Case, type CaseFile, type Run } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';

/** A force-deleted pod is gone from the API server before its process is reaped. */
const REAP_MS = 2_000;

/** At most one Job per execution and one container per attempt, and none without an accepted execution. Pure. */
export function checkJobs(file: CaseFile): Violation[] {
  const { cases, accepted, runsOf, faults } = file;
  const violations: Violation[] = [];
  const add = (subject: string, problem: string) => violations.push({ promise: 'one job', subject, problem });
  for (const [id, runs] of runsOf) {
    if (!cases.has(id) && !accepted.has(id)) {
      add(`execution ${id}`, `${runs.length} containers ran for it, but it was never accepted`);
    }
  }
  for (const one of cases.values()) {
    const problem = describeDoubles(one, faults) ?? describeAttempts(one, faults);
    if (problem !== null) add(`execution ${one.id}`, problem);
  }
  return violations;
}

function describeDoubles(one: Case, faults: FaultsNear): string | null {
  const { allRuns, row } = one;
  const jobs = new Set(allRuns.map(({ jobUid }) => jobUid));
  if (jobs.size > 1) return `containers of ${jobs.size} Jobs ran for it`;
  if (row.jobUid !== null && jobs.size === 1 && !jobs.has(row.jobUid)) {
    return 'another Job ran than the recorded one';
  }
  const pods = new Set(allRuns.map(({ podUid }) => podUid));
  if (pods.size < allRuns.length) return 'a container was started again in the same pod';
  const max = maxPods(one, faults);
  if (pods.size > max) return `${pods.size} pods ran; the maximum is ${max}`;
  for (const [at, run] of allRuns.entries()) {
    const before = allRuns[at - 1];
    if (!before) continue;
    if (untilMs(before) - reapMs(before, faults) > run.startedAtMs)
      return 'two of its containers ran at once';
    // The node may be lost between the end of a container and its report.
    const isLost = faults.ofPods(before.startedAtMs, run.startedAtMs);
    if (endedByItself(before) && before.exitCode === 0 && !isLost)
      return 'it ran again after it had succeeded';
  }
  return null;
}

function maxPods(one: Case, faults: FaultsNear): number {
  return one.proc.retries + 1 + disruptedPods(one, faults).size;
}

/** How long a container may outlive its pod. */
export function reapMs(run: Run, faults: FaultsNear): number {
  return run.killed && faults.ofPods(run.startedAtMs, untilMs(run)) ? REAP_MS : 0;
}

/** The recorded attempts are the pods that ran. */
function describeAttempts(one: Case, faults: FaultsNear): string | null {
  const { attempts, runs, end } = one;
  const max = maxPods(one, faults);
  if (attempts.length > max) return `${attempts.length} attempts are recorded; the maximum is ${max}`;
  const misnumbered = attempts.find(({ n }, at) => n !== at + 1);
  if (misnumbered) return `its attempts are numbered ${attempts.map(({ n }) => n).join(', ')}`;
  const ran = new Set(runs.map(({ podUid }) => podUid));
  const invented = attempts.find(({ podUid, startedAtMs }) => startedAtMs !== null && !ran.has(podUid));
  if (invented) return `attempt ${invented.n} is recorded as started, but no container ran`;
  // Workers may have missed other pods while they were down, but not the pod that decided the end.
  const last = runs.at(-1);
  const isDecisive = end !== null && isSuccess(end.status) && last !== undefined;
  if (isDecisive && !attempts.some(({ podUid }) => podUid === last.podUid)) {
    return 'no attempt is recorded for the container that finished it';
  }
  return null;
}
