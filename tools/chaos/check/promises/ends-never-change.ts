import { endOf, type Case, type CaseFile } from '../case-file.js';
import type { Evidence, ReportedEnd, Violation } from '../evidence.js';

/** Every client sees the same end of an execution, everywhere and for ever. Pure. */
export function checkChanges({ cases, evidence }: CaseFile): Violation[] {
  return [...cases.values()].flatMap((one) => {
    const problem = describeChange(one, evidence);
    return problem === null
      ? []
      : [{ promise: 'ends never change', subject: `execution ${one.id}`, problem }];
  });
}

function describeChange({ id, row, submission }: Case, { listed, details }: Evidence): string | null {
  const kept = describe(row);
  const seen = (submission?.seenEnds ?? []).map(describe).find((end) => end !== kept);
  if (seen !== undefined) return `a client saw ${seen}, but the database has ${kept}`;
  // 'nothing lost' reports an execution that the API does not show.
  const inHistory = listed.get(id);
  if (inHistory && isOther(inHistory, row))
    return `the history has ${describe(inHistory)}, the database ${kept}`;
  const detail = details.get(id)?.execution;
  return detail && isOther(detail, row)
    ? `the API returns ${describe(detail)}, the database has ${kept}`
    : null;
}

/** Between two reads a status may advance until it is final, and then never changes. */
function isOther(reported: ReportedEnd, row: ReportedEnd): boolean {
  return (endOf(reported) !== null || endOf(row) !== null) && describe(reported) !== describe(row);
}

function describe({ status, exitCode }: ReportedEnd): string {
  return exitCode === null ? status : `${status} (exit code ${exitCode})`;
}
