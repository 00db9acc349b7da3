import { SCHEDULE_TEXTS, type BlackoutBody } from '@app/contract';
import { describeCronProblem, isTimeZone } from '@app/cron';
import { AppError, describeBlackoutProblem, type Blackout, type ErrorDetail } from '@app/domain';

/** A cron expression, or the only time at which the schedule fires. */
export type CheckedTimes = { cron: string; at: null } | { cron: ''; at: Date };

/** @throws AppError `malformed_request`, with v2's text for a wrong or missing cron expression */
export function checkTimes(cron: string, at: string | undefined): CheckedTimes {
  if (at === undefined) return { cron: readCron(cron), at: null };
  if (cron.trim() === '') return { cron: '', at: new Date(at) };
  return refuse(SCHEDULE_TEXTS.malformed, 'at', 'expected either cron or at, not both');
}

/** @throws AppError `malformed_request` */
export function checkTimeZone(text: string): string {
  if (isTimeZone(text)) return text;
  const got = JSON.stringify(text.slice(0, 100));
  return refuse(
    SCHEDULE_TEXTS.malformed,
    'timeZone',
    `expected a time zone such as Europe/Berlin or UTC, got ${got}`,
  );
}

/** @throws AppError `malformed_request` for the first invalid one */
export function checkBlackouts(bodies: readonly BlackoutBody[]): Blackout[] {
  return bodies.map((body, index) => {
    const blackout: Blackout =
      body.kind === 'once' ? { ...body, from: new Date(body.from), until: new Date(body.until) } : body;
    const problem = describeBlackoutProblem(blackout);
    return problem === null ? blackout : refuse(SCHEDULE_TEXTS.malformed, `blackouts.${index}`, problem);
  });
}

export function neverFires(): AppError {
  const message = 'expected a time in the future';
  return new AppError('malformed_request', 'The schedule would never fire.', {
    details: [{ field: 'at', message }],
  });
}

function readCron(text: string): string {
  const problem = describeCronProblem(text);
  return problem === null ? text.trim() : refuse(SCHEDULE_TEXTS.cronInvalid, 'cron', problem);
}

function refuse(plainText: string, field: string, message: string): never {
  const details: ErrorDetail[] = [{ field, message }];
  throw new AppError('malformed_request', plainText, { plainText, details });
}
