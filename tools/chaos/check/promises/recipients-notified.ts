import { groupBy, type Case, type CaseFile } from '../case-file.js';
import type { Mail, Violation } from '../evidence.js';

/** Every recipient gets an email about each end, and repeats only under the same Message-ID; no other email is sent. Pure. */
export function checkNotifications(file: CaseFile): Violation[] {
  return [
    ...listUndelivered(file),
    ...listMissingMail(file),
    ...listUnexpectedMail(file),
    ...listRepeats(file),
  ];
}

function violation(subject: string, problem: string): Violation {
  return { promise: 'recipients notified', subject, problem };
}

function listUndelivered({ evidence }: CaseFile): Violation[] {
  const { events, deliveries } = evidence;
  return [
    ...events
      .filter(({ isFannedOut }) => !isFannedOut)
      .map(({ id, event }) => violation(`notification ${id}`, `not fanned out into deliveries (${event})`)),
    ...deliveries
      .filter(({ state }) => state !== 'sent')
      .map(({ id, state, recipient, failedReason }) =>
        violation(`delivery ${id}`, `${state} (to ${recipient}): ${failedReason ?? 'no reason'}`),
      ),
  ];
}

/** In lower case, as email addresses are compared. Pure. */
export function recipientsOf({ schedule, row }: Case, notifiedUsers: ReadonlySet<string>): string[] {
  if (schedule) return schedule.recipients.map((address) => address.toLowerCase());
  const owner = row.userEmail.toLowerCase();
  return row.scheduleId === null && notifiedUsers.has(owner) ? [owner] : [];
}

function listMissingMail({ cases, evidence }: CaseFile): Violation[] {
  const notified = usersOf(evidence.record.notifiedUsers);
  const delivered = new Set(evidence.mails.flatMap(keysOf));
  return [...cases.values()].flatMap((one) => {
    if (one.end === null) return [];
    const missing = recipientsOf(one, notified).filter((to) => !delivered.has(keyOf(one.id, to)));
    return missing.map((to) =>
      violation(`execution ${one.id}`, `${to} got no email about its end (${one.end?.status})`),
    );
  });
}

/** Emails about something that did not happen, or to others than its recipients. */
function listUnexpectedMail({ cases, accepted, evidence }: CaseFile): Violation[] {
  const notified = usersOf(evidence.record.notifiedUsers);
  return evidence.mails.flatMap((mail) => {
    const { executionId, subject, to } = mail;
    const one = executionId === null ? undefined : cases.get(executionId);
    // 'nothing lost' reports an accepted execution that is missing.
    if (!one && executionId !== null && accepted.has(executionId)) return [];
    const problem = one
      ? describeUnexpected(mail, one, recipientsOf(one, notified))
      : 'it names no execution';
    return problem === null ? [] : [violation(`email to ${to.join(', ')}`, `${problem}: ${subject}`)];
  });
}

function describeUnexpected(
  { to, event, status }: Mail,
  { id, end }: Case,
  recipients: string[],
): string | null {
  if (event !== 'ended') return `only ends are notified, but this is the ${event} of execution ${id}`;
  if (end === null) return `execution ${id} has not ended`;
  if (status !== end.status) return `execution ${id} ended ${end.status}, not ${status}`;
  const stranger = to.find((address) => !recipients.includes(address.toLowerCase()));
  return stranger === undefined ? null : `${stranger} is not a recipient of execution ${id}`;
}

/** A repeat has the Message-ID of the first email, and no other email has it. */
function listRepeats({ evidence }: CaseFile): Violation[] {
  const mails = evidence.mails.filter(({ executionId }) => executionId !== null);
  const contentOf = ({ to, event, executionId }: Mail) =>
    `${to.join(' ').toLowerCase()} ${event} ${executionId}`;
  const idsOf = groupBy(mails, contentOf, ({ messageId }) => messageId);
  const contentsOf = groupBy(mails, ({ messageId }) => messageId, contentOf);
  return [
    ...[...idsOf].flatMap(([content, ids]) => {
      const count = new Set(ids).size;
      if (ids.includes('')) return [violation(`email ${content}`, 'it has no Message-ID')];
      return count > 1 ? [violation(`email ${content}`, `it came under ${count} Message-IDs`)] : [];
    }),
    ...[...contentsOf].flatMap(([id, contents]) => {
      const count = new Set(contents).size;
      return id !== '' && count > 1
        ? [violation(`email ${id}`, `${count} different emails share this Message-ID`)]
        : [];
    }),
  ];
}

function keysOf({ to, event, executionId }: Mail): string[] {
  return event === 'ended' && executionId !== null ? to.map((address) => keyOf(executionId, address)) : [];
}

function keyOf(executionId: number, address: string): string {
  return `${executionId} ${address.toLowerCase()}`;
}

function usersOf(emails: readonly string[]): Set<string> {
  return new Set(emails.map((email) => email.toLowerCase()));
}
