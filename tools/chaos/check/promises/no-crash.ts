import type { CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';

/** No service exits unexpectedly, whatever happens to its dependencies. Pure. */
export function checkCrashes({ evidence }: CaseFile): Violation[] {
  return evidence.record.crashes.map(({ service, how, atMs }) => ({
    promise: 'no crash',
    subject: service,
    problem: `it exited unexpectedly (${how}) at ${new Date(atMs).toISOString()}`,
  }));
}
