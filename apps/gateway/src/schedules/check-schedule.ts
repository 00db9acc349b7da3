import { email, isStorable, SCHEDULE_TEXTS } from '@app/contract';
import { describeCronProblem } from '@app/cron';
import { AppError, type ErrorDetail } from '@app/domain';

const MOST_CHARACTERS = 1_000;
const MOST_EMAILS = 50;

/** What a schedule says beside its proc and args, as it is sent. */
export interface ScheduleText {
  tags: string;
  cron: string;
  /** Separated by commas. */
  notificationEmails: string;
  group: string;
}

/** The same as it is stored. */
export interface CheckedSchedule {
  tags: string;
  cron: string;
  notificationEmails: readonly string[];
  group: string;
}

/**
 * All parts, checked in v2's order: its clients are told of the first thing that is wrong.
 * @throws AppError `malformed_request`; v2's clients get v2's text, others also what was expected
 */
export function checkSchedule({ tags, cron, notificationEmails, group }: ScheduleText): CheckedSchedule {
  return {
    tags: readTags(tags),
    cron: readCron(cron),
    notificationEmails: readEmails(notificationEmails),
    group: readGroup(group),
  };
}

/** The same for the parts that are given. */
export function checkScheduleChanges({
  tags,
  cron,
  notificationEmails,
  group,
}: { [Part in keyof ScheduleText]?: string | undefined }): Partial<CheckedSchedule> {
  return {
    ...(tags !== undefined && { tags: readTags(tags) }),
    ...(cron !== undefined && { cron: readCron(cron) }),
    ...(notificationEmails !== undefined && { notificationEmails: readEmails(notificationEmails) }),
    ...(group !== undefined && { group: readGroup(group) }),
  };
}

function readTags(text: string): string {
  return readLine('tags', text, SCHEDULE_TEXTS.tagsMissing, 'nightly, reports');
}

function readGroup(text: string): string {
  return readLine('group', text, SCHEDULE_TEXTS.groupMissing, 'ops');
}

function readLine(field: string, text: string, plainText: string, example: string): string {
  const line = text.trim();
  if (line === '') refuse(plainText, [{ field, message: `expected a text such as ${example}, got none` }]);
  if (line.length > MOST_CHARACTERS) {
    const message = `expected at most ${MOST_CHARACTERS} characters, got ${line.length}`;
    refuse(SCHEDULE_TEXTS.malformed, [{ field, message }]);
  }
  if (!isStorable(line) || /\p{Cc}/u.test(line)) {
    const message = 'expected one line of text without control characters or half characters';
    refuse(SCHEDULE_TEXTS.malformed, [{ field, message }]);
  }
  return line;
}

function readCron(text: string): string {
  const problem = describeCronProblem(text);
  if (problem !== null) refuse(SCHEDULE_TEXTS.cronInvalid, [{ field: 'cron', message: problem }]);
  return text.trim();
}

function readEmails(text: string): string[] {
  const field = 'notificationEmails';
  const emails = text.split(',').map((part) => part.trim());
  if (emails.length > MOST_EMAILS) {
    const message = `expected at most ${MOST_EMAILS} e-mail addresses, got ${emails.length}`;
    refuse(SCHEDULE_TEXTS.malformed, [{ field, message }]);
  }
  const problems = emails.filter((each) => !email.safeParse(each).success);
  if (problems.length > 0) {
    const got = problems.map((each) => JSON.stringify(each.slice(0, 100))).join(', ');
    const message = `expected e-mail addresses separated by commas; none is ${got}`;
    refuse(SCHEDULE_TEXTS.emailInvalid, [{ field, message }]);
  }
  return [...new Set(emails)];
}

function refuse(plainText: string, details: readonly ErrorDetail[]): never {
  throw new AppError('malformed_request', plainText, { plainText, details });
}
