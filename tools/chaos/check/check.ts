import { openCaseFile, type CaseFile } from './case-file.js';
import type { Evidence, Violation } from './evidence.js';
import { checkLogs } from './promises/each-line-once.js';
import { checkTicks } from './promises/each-tick-once.js';
import { checkChanges } from './promises/ends-never-change.js';
import { checkNotifications } from './promises/recipients-notified.js';
import { checkLimits } from './promises/limits-respected.js';
import { checkCrashes } from './promises/no-crash.js';
import { checkAcceptance } from './promises/nothing-lost.js';
import { checkLeftovers } from './promises/no-leftovers.js';
import { checkEnds } from './promises/one-correct-end.js';
import { checkJobs } from './promises/one-job.js';

const CHECKS: readonly ((file: CaseFile) => Violation[])[] = [
  checkEnds,
  checkJobs,
  checkLogs,
  checkTicks,
  checkNotifications,
  checkLimits,
  checkLeftovers,
  checkChanges,
  checkAcceptance,
  checkCrashes,
];

/** Every broken promise; empty if all were kept. Pure. @throws Error when the record is incomplete */
export function check(evidence: Evidence): Violation[] {
  const file = openCaseFile(evidence);
  return CHECKS.flatMap((one) => one(file));
}
