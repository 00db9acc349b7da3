import { endOf, type Case, type CaseFile } from '../case-file.js';
import type { Evidence, ToldEnd, Violation } from '../evidence.js';

/** Whoever is told how an execution ended is told the same for ever after, whoever asks and wherever. Pure. */
export function checkChanges({ cases, evidence }: CaseFile): Violation[] {
  return [...cases.values()].flatMap((one) => {
    const told = describeChange(one, evidence);
    return told === null ? [] : [{ promise: 'ends never change', subject: `execution ${one.id}`, told }];
  });
}

function describeChange({ id, row, submission }: Case, { listed, looks }: Evidence): string | null {
  const kept = describe(row);
  const seen = (submission?.seenEnds ?? []).map(describe).find((end) => end !== kept);
  if (seen !== undefined) return `a client saw ${seen}, but now it is ${kept}`;
  // An execution that is not there at all is another promise's.
  const inHistory = listed.get(id);
  if (inHistory && isOther(inHistory, row))
    return `the history says ${describe(inHistory)}, the database ${kept}`;
  const detail = looks.get(id)?.detail;
  return detail && isOther(detail, row) ? `the API says ${describe(detail)}, the database ${kept}` : null;
}

/** What is not final may have gone on between two looks, but not back. */
function isOther(told: ToldEnd, row: ToldEnd): boolean {
  return (endOf(told) !== null || endOf(row) !== null) && describe(told) !== describe(row);
}

function describe({ status, exitCode }: ToldEnd): string {
  return exitCode === null ? status : `${status} (exit code ${exitCode})`;
}
