import { groupBy, type Case, type CaseFile } from '../case-file.js';
import type { Mail, Violation } from '../evidence.js';

/** Every end is told to everybody who wants to know, once, or again under the same Message-ID; nothing else is. Pure. */
export function checkNotifications(file: CaseFile): Violation[] {
  return [...listUndelivered(file), ...listUntold(file), ...listUnfounded(file), ...listRepeats(file)];
}

function violation(subject: string, told: string): Violation {
  return { promise: 'everybody told', subject, told };
}

function listUndelivered({ evidence }: CaseFile): Violation[] {
  const { events, deliveries } = evidence;
  return [
    ...events
      .filter(({ isSpread }) => !isSpread)
      .map(({ id, event }) => violation(`notification ${id}`, `nobody was told of it yet (${event})`)),
    ...deliveries
      .filter(({ state }) => state !== 'sent')
      .map(({ id, state, recipient, failedReason }) =>
        violation(`delivery ${id}`, `it is ${state} (to ${recipient}): ${failedReason ?? 'no reason'}`),
      ),
  ];
}

/** Lower case: mail addresses are compared so. Pure. */
export function recipientsOf({ schedule, row }: Case, notifiedUsers: ReadonlySet<string>): string[] {
  if (schedule) return schedule.recipients.map((address) => address.toLowerCase());
  const owner = row.userEmail.toLowerCase();
  return row.scheduleId === null && notifiedUsers.has(owner) ? [owner] : [];
}

function listUntold({ cases, evidence }: CaseFile): Violation[] {
  const notified = usersOf(evidence.record.notifiedUsers);
  const told = new Set(evidence.mails.flatMap(toldKeys));
  return [...cases.values()].flatMap((one) => {
    if (one.end === null) return [];
    const missing = recipientsOf(one, notified).filter((to) => !told.has(keyOf(one.id, to)));
    return missing.map((to) =>
      violation(`execution ${one.id}`, `${to} got no mail of its end (${one.end?.status})`),
    );
  });
}

/** Mails of what did not happen, or to those who did not ask. */
function listUnfounded({ cases, accepted, evidence }: CaseFile): Violation[] {
  const notified = usersOf(evidence.record.notifiedUsers);
  return evidence.mails.flatMap((mail) => {
    const { executionId, subject, to } = mail;
    const one = executionId === null ? undefined : cases.get(executionId);
    // Forgotten is told of by another promise.
    if (!one && executionId !== null && accepted.has(executionId)) return [];
    const told = one ? describeUnfounded(mail, one, recipientsOf(one, notified)) : 'it is of no execution';
    return told === null ? [] : [violation(`mail to ${to.join(', ')}`, `${told}: ${subject}`)];
  });
}

function describeUnfounded(
  { to, event, status }: Mail,
  { id, end }: Case,
  recipients: string[],
): string | null {
  if (event !== 'ended')
    return `nobody asked to be told of anything but ends, but this is of execution ${id}`;
  if (end === null) return `execution ${id} has not ended`;
  if (status !== end.status) return `execution ${id} ended ${end.status}, and not ${status}`;
  const stranger = to.find((address) => !recipients.includes(address.toLowerCase()));
  return stranger === undefined ? null : `${stranger} did not ask to be told of execution ${id}`;
}

/** A repeat can be recognised by its Message-ID, and nothing else has it. */
function listRepeats({ evidence }: CaseFile): Violation[] {
  const mails = evidence.mails.filter(({ executionId }) => executionId !== null);
  const contentOf = ({ to, event, executionId }: Mail) =>
    `${to.join(' ').toLowerCase()} ${event} ${executionId}`;
  const idsOf = groupBy(mails, contentOf, ({ messageId }) => messageId);
  const contentsOf = groupBy(mails, ({ messageId }) => messageId, contentOf);
  return [
    ...[...idsOf].flatMap(([content, ids]) => {
      const count = new Set(ids).size;
      if (ids.includes('')) return [violation(`mail ${content}`, 'it has no Message-ID')];
      return count > 1 ? [violation(`mail ${content}`, `it came under ${count} Message-IDs`)] : [];
    }),
    ...[...contentsOf].flatMap(([id, contents]) => {
      const count = new Set(contents).size;
      return id !== '' && count > 1 ? [violation(`mail ${id}`, `its Message-ID is of ${count} mails`)] : [];
    }),
  ];
}

function toldKeys({ to, event, executionId }: Mail): string[] {
  return event === 'ended' && executionId !== null ? to.map((address) => keyOf(executionId, address)) : [];
}

function keyOf(executionId: number, address: string): string {
  return `${executionId} ${address.toLowerCase()}`;
}

function usersOf(emails: readonly string[]): Set<string> {
  return new Set(emails.map((email) => email.toLowerCase()));
}
