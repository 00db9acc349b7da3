import type { CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';

/** No service ended that nobody had told to, whatever was done to what it needs. Pure. */
export function checkCrashes({ evidence }: CaseFile): Violation[] {
  return evidence.record.crashes.map(({ service, how, atMs }) => ({
    promise: 'no crash',
    subject: service,
    told: `it ended by itself (${how}) at ${new Date(atMs).toISOString()}`,
  }));
}
