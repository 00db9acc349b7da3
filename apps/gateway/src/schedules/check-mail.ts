import { SCHEDULE_TEXTS } from '@app/contract';
import { nextFireAt } from '@app/cron';
import { AppError, isMailAllowed, timingOf, type Schedule } from '@app/domain';

export interface MailRules {
  /** Null: any. */
  domains: readonly string[] | null;
  /** Between two ticks of a schedule that sends email. */
  minIntervalSeconds: number;
}

/** A minute has at most 60 ticks. */
const TICKS = 61;

type Mailing = Pick<Schedule, 'cron' | 'at' | 'timeZone' | 'notificationEmails' | 'notifyOn'>;

/** @throws AppError `malformed_request` with v2's text */
export function checkMailDomains(emails: readonly string[], { domains }: MailRules): void {
  const refused = emails.filter((each) => !isMailAllowed(each, domains));
  if (refused.length === 0) return;
  const shown = refused.map((each) => JSON.stringify(each)).join(', ');
  const message = `expected addresses of ${domains?.join(', ')} (PROCTOR_MAIL_ALLOWED_DOMAINS), got ${shown}`;
  refuse(SCHEDULE_TEXTS.emailInvalid, 'notificationEmails', message);
}

/** Refuses a schedule that would send email too often. @throws AppError `malformed_request` with v2's text */
export function checkMailInterval(schedule: Mailing, { minIntervalSeconds }: MailRules, now: Date): void {
  if (schedule.notifyOn.length === 0 || schedule.notificationEmails.length === 0) return;
  const timing = timingOf(schedule);
  let last = nextFireAt(timing, now);
  for (let tick = 1; tick < TICKS && last !== null; tick += 1) {
    const next = nextFireAt(timing, last);
    if (next === null) return;
    const seconds = (next.getTime() - last.getTime()) / 1_000;
    if (seconds < minIntervalSeconds) {
      const message = `fires within ${seconds} s; a schedule that sends email needs at least ${minIntervalSeconds} s (PROCTOR_MAIL_MIN_INTERVAL_SECONDS); choose other times, or send "notifyOn": []`;
      refuse(SCHEDULE_TEXTS.cronInvalid, 'cron', message);
    }
    last = next;
  }
}

function refuse(plainText: string, field: string, message: string): never {
  throw new AppError('malformed_request', plainText, { plainText, details: [{ field, message }] });
}
