import type { CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';

/** No Job, Pod or Secret of an ended execution is left in the cluster. Pure. */
export function checkLeftovers({ cases, evidence }: CaseFile): Violation[] {
  // 'one correct end' reports executions that have not ended.
  const live = new Set([...cases.values()].flatMap(({ id, end }) => (end === null ? [String(id)] : [])));
  return evidence.leftovers.flatMap(({ kind, name }): Violation[] => {
    // Names are those of the Job, `proctor-<installation>-<execution>`, and of its pods `<job>-<letters>`.
    if (name.split('-').some((word) => live.has(word))) return [];
    return [{ promise: 'no leftovers', subject: `${kind} ${name}`, problem: 'it is still in the cluster' }];
  });
}
