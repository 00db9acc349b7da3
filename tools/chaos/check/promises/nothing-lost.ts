import type { Submission } from '../../record.js';
import type { CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';

/** Every accepted submission has exactly one execution, a refused one has none, and no other execution exists. Pure. */
export function checkAcceptance(file: CaseFile): Violation[] {
  return [...listWrongSubmissions(file), ...listUnrequested(file), ...listHidden(file)];
}

function violation(subject: string, problem: string): Violation {
  return { promise: 'nothing lost', subject, problem };
}

function listWrongSubmissions({ evidence, idsOf, cases }: CaseFile): Violation[] {
  return evidence.record.submissions.flatMap((submission) => {
    const ids = idsOf.get(submission) ?? new Set();
    const problem = describeAnswers(submission) ?? describeIds(submission, ids, cases);
    return problem === null ? [] : [violation(`submission ${submission.key}`, problem)];
  });
}

function describeAnswers({ acceptedIds, refusals }: Submission): string | null {
  const different = new Set(acceptedIds);
  if (different.size > 1) return `it was accepted as ${[...different].join(' and ')}`;
  const unfounded = refusals.find(({ status }) => !isTemporary(status));
  return unfounded ? `it was refused with ${unfounded.status}, but it is valid` : null;
}

function describeIds(
  { acceptedIds, refusals }: Submission,
  ids: ReadonlySet<number>,
  cases: CaseFile['cases'],
): string | null {
  if (ids.size > 1) return `it has ${ids.size} executions: ${[...ids].join(', ')}`;
  const missing = [...ids].find((id) => !cases.has(id));
  if (missing !== undefined) return `execution ${missing} was accepted, but does not exist`;
  if (acceptedIds.length > 0 || ids.size === 0) return null;
  // A lost answer may have been 201. Without one, the last answer was a refusal.
  const mayBeAccepted = refusals.length === 0 || refusals.some(({ status }) => isUncertain(status));
  return mayBeAccepted ? null : `it was refused, but execution ${[...ids][0]} exists`;
}

/** The answer was lost, or the database failed on the way: the request may have been carried out. */
function isUncertain(status: number): boolean {
  return status === 0 || status >= 500;
}

/** 429: the backlog or the proc is full. Both are decided before anything is written. */
function isTemporary(status: number): boolean {
  return isUncertain(status) || status === 429;
}

function listUnrequested({ cases, evidence }: CaseFile): Violation[] {
  const schedules = new Set(evidence.record.schedules.map(({ id }) => id));
  return [...cases.values()]
    .filter(
      ({ submission, row }) => !submission && (row.scheduleId === null || !schedules.has(row.scheduleId)),
    )
    .map(({ id, row }) =>
      violation(`execution ${id}`, `no client submitted it (${row.proc} for ${row.userEmail})`),
    );
}

/** The API shows exactly the executions in the database. */
function listHidden({ cases, evidence }: CaseFile): Violation[] {
  const { listed, details } = evidence;
  return [
    ...[...cases.keys()]
      .filter((id) => !listed.has(id) || details.get(id)?.execution === null)
      .map((id) => violation(`execution ${id}`, 'the API does not show it')),
    ...[...listed.keys()]
      .filter((id) => !cases.has(id))
      .map((id) => violation(`execution ${id}`, 'the API shows it, but it is not in the database')),
  ];
}
