import { email, isStorable, SCHEDULE_TEXTS, type UpdateScheduleBody } from '@app/contract';
import {
  AppError,
  DEFAULT_SCHEDULE_POLICIES,
  hasBidi,
  isPlainEmail,
  isSameEmail,
  type ErrorDetail,
  type SchedulePolicies,
} from '@app/domain';
import { checkBlackouts, checkTimes, checkTimeZone, type CheckedTimes } from './check-timing.js';

const MAX_CHARACTERS = 1_000;
const MAX_EMAILS = 50;

/** Fields beyond v2's; an omitted one gets its default. */
type Additions = Pick<UpdateScheduleBody, keyof SchedulePolicies | 'at'>;

/** A schedule as it is sent, without its proc and args. */
export interface ScheduleText extends Additions {
  tags: string;
  cron: string;
  /** Separated by commas. */
  notificationEmails: string;
  group: string;
}

/** A schedule as it is stored, without its proc and args. */
export type CheckedSchedule = SchedulePolicies &
  CheckedTimes & { tags: string; notificationEmails: readonly string[]; group: string };

/**
 * Checks all fields in v2's order, because v2's clients expect the error of the first invalid one.
 * @throws AppError `malformed_request` with v2's text, and with details of what was expected
 */
export function checkSchedule(body: ScheduleText): CheckedSchedule {
  return {
    tags: readTags(body.tags),
    ...checkTimes(body.cron, body.at),
    notificationEmails: readEmails(body.notificationEmails),
    group: readGroup(body.group),
    ...DEFAULT_SCHEDULE_POLICIES,
    ...readPolicies(body),
  };
}

/** Checks the fields that are given. @throws AppError as `checkSchedule` does */
export function checkScheduleChanges(body: Partial<UpdateScheduleBody>): Partial<CheckedSchedule> {
  const { tags, cron, at, notificationEmails, group } = body;
  return {
    ...(tags !== undefined && { tags: readTags(tags) }),
    ...((cron !== undefined || at !== undefined) && checkTimes(cron ?? '', at)),
    ...(notificationEmails !== undefined && { notificationEmails: readEmails(notificationEmails) }),
    ...(group !== undefined && { group: readGroup(group) }),
    ...readPolicies(body),
  };
}

function readPolicies(body: Additions): Partial<SchedulePolicies> {
  const { timeZone, overlap, misfire, misfireGraceSeconds, blackouts, notifyOn } = body;
  return {
    ...(timeZone !== undefined && { timeZone: checkTimeZone(timeZone) }),
    ...(overlap !== undefined && { overlap }),
    ...(misfire !== undefined && { misfire }),
    ...(misfireGraceSeconds !== undefined && { misfireGraceSeconds }),
    ...(blackouts !== undefined && { blackouts: checkBlackouts(blackouts) }),
    ...(notifyOn !== undefined && { notifyOn: [...new Set(notifyOn)] }),
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
  if (line === '') refuse(plainText, [{ field, message: `expected text such as ${example}` }]);
  if (line.length > MAX_CHARACTERS) {
    const message = `expected at most ${MAX_CHARACTERS} characters, got ${line.length}`;
    refuse(SCHEDULE_TEXTS.malformed, [{ field, message }]);
  }
  if (!isStorable(line) || /\p{Cc}/u.test(line) || hasBidi(line)) {
    const message =
      'expected one line of text without control characters, marks of text direction or lone surrogates';
    refuse(SCHEDULE_TEXTS.malformed, [{ field, message }]);
  }
  return line;
}

function readEmails(text: string): string[] {
  const field = 'notificationEmails';
  const emails = text.split(',').map((part) => part.trim());
  if (emails.length > MAX_EMAILS) {
    const message = `expected at most ${MAX_EMAILS} email addresses, got ${emails.length}`;
    refuse(SCHEDULE_TEXTS.malformed, [{ field, message }]);
  }
  const invalid = emails.filter((each) => !email.safeParse(each).success || !isPlainEmail(each));
  if (invalid.length > 0) {
    const shown = invalid.map((each) => showEmail(each)).join(', ');
    const message = `expected email addresses separated by commas, without invisible or look-alike characters; invalid: ${shown}`;
    refuse(SCHEDULE_TEXTS.emailInvalid, [{ field, message }]);
  }
  return emails.filter((each, at) => emails.findIndex((other) => isSameEmail(each, other)) === at);
}

/** Characters that cannot be seen are escaped. */
function showEmail(text: string): string {
  return JSON.stringify(text.slice(0, 100)).replaceAll(
    /[^\S ]|\p{Cf}/gu,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function refuse(plainText: string, details: readonly ErrorDetail[]): never {
  throw new AppError('malformed_request', plainText, { plainText, details });
}
