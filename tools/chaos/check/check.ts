import { openCaseFile, type CaseFile } from './case-file.js';
import type { Evidence, Violation } from './evidence.js';
import { checkLogs } from './promises/each-line-once.js';
import { checkTicks } from './promises/each-tick-once.js';
import { checkChanges } from './promises/ends-never-change.js';
import { checkNotifications } from './promises/everybody-told.js';
import { checkLimits } from './promises/limits-kept.js';
import { checkCrashes } from './promises/no-crash.js';
import { checkAcceptance } from './promises/nothing-forgotten.js';
import { checkLeftovers } from './promises/nothing-left-over.js';
import { checkEnds } from './promises/one-fitting-end.js';
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

/** Whatever is not as it was promised; empty: all is. Pure. @throws Error when the record is incomplete */
export function check(evidence: Evidence): Violation[] {
  const file = openCaseFile(evidence);
  return CHECKS.flatMap((one) => one(file));
}
