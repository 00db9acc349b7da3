import type { Submission } from '../../record.js';
import type { CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';

/** What was accepted is there, once; what was refused is not; and nothing is there that nobody asked for. Pure. */
export function checkAcceptance(file: CaseFile): Violation[] {
  return [...listOfSubmissions(file), ...listUnasked(file), ...listHidden(file)];
}

function violation(subject: string, told: string): Violation {
  return { promise: 'nothing forgotten', subject, told };
}

function listOfSubmissions({ evidence, idsOf, cases }: CaseFile): Violation[] {
  return evidence.record.submissions.flatMap((submission) => {
    const ids = idsOf.get(submission) ?? new Set();
    const told = describeAnswers(submission) ?? describeIds(submission, ids, cases);
    return told === null ? [] : [violation(`submission ${submission.key}`, told)];
  });
}

function describeAnswers({ acceptedIds, refusals }: Submission): string | null {
  const different = new Set(acceptedIds);
  if (different.size > 1) return `it was accepted as ${[...different].join(' and ')}`;
  const unfounded = refusals.find(({ status }) => !isTemporary(status));
  return unfounded ? `it was refused with ${unfounded.status}, but nothing was wrong with it` : null;
}

function describeIds(
  { acceptedIds, refusals }: Submission,
  ids: ReadonlySet<number>,
  cases: CaseFile['cases'],
): string | null {
  if (ids.size > 1) return `it has ${ids.size} executions: ${[...ids].join(', ')}`;
  const forgotten = [...ids].find((id) => !cases.has(id));
  if (forgotten !== undefined) return `execution ${forgotten} was accepted, but it is not there`;
  if (acceptedIds.length > 0 || ids.size === 0) return null;
  // An answer that was lost may have been 201. With none lost, the last word was a refusal.
  const mayBeAccepted = refusals.length === 0 || refusals.some(({ status }) => isUncertain(status));
  return mayBeAccepted ? null : `it was refused, but execution ${[...ids][0]} was made of it`;
}

/** Lost on the way, or the database went away in the middle: it may have been done. */
function isUncertain(status: number): boolean {
  return status === 0 || status >= 500;
}

/** 429: past the backlog, or a proc that refuses when it is full. Both are said before anything is written. */
function isTemporary(status: number): boolean {
  return isUncertain(status) || status === 429;
}

function listUnasked({ cases, evidence }: CaseFile): Violation[] {
  const schedules = new Set(evidence.record.schedules.map(({ id }) => id));
  return [...cases.values()]
    .filter(
      ({ submission, row }) => !submission && (row.scheduleId === null || !schedules.has(row.scheduleId)),
    )
    .map(({ id, row }) =>
      violation(`execution ${id}`, `nobody asked for it (${row.proc} for ${row.userEmail})`),
    );
}

/** The API shows what the database has, no less and no more. */
function listHidden({ cases, evidence }: CaseFile): Violation[] {
  const { listed, looks } = evidence;
  return [
    ...[...cases.keys()]
      .filter((id) => !listed.has(id) || looks.get(id)?.detail === null)
      .map((id) => violation(`execution ${id}`, 'the API does not show it')),
    ...[...listed.keys()]
      .filter((id) => !cases.has(id))
      .map((id) => violation(`execution ${id}`, 'the API shows it, but the database does not have it')),
  ];
}
