import type { CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';

/** No Job, Pod or Secret is left in the cluster of an execution that is over. Pure. */
export function checkLeftovers({ cases, evidence }: CaseFile): Violation[] {
  // Of one that goes on another promise tells.
  const live = new Set([...cases.values()].flatMap(({ id, end }) => (end === null ? [String(id)] : [])));
  return evidence.leftovers.flatMap(({ kind, name }): Violation[] => {
    // Names are those of the Job, `proctor-<installation>-<execution>`, and of its pods `<job>-<letters>`.
    if (name.split('-').some((word) => live.has(word))) return [];
    return [{ promise: 'nothing left over', subject: `${kind} ${name}`, told: 'it is still in the cluster' }];
  });
}
