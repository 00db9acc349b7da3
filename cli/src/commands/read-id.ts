import { executionIdText, isPossibleExecutionId } from '@app/contract';
import { AppError } from '@app/domain';

/** Throws `invalid_args` if the text cannot be an id. */
export function readExecutionId(text: string): string {
  return readId(text, 'an execution id', 'Find ids with `proctor history`.');
}

/** Throws `invalid_args` if the text cannot be an id. */
export function readScheduleId(text: string): string {
  return readId(text, 'a schedule id', 'Find ids with `proctor schedule list --all`.');
}

/** Throws `invalid_args` if the text cannot be an id. */
export function readNotificationId(text: string): string {
  return readId(text, 'a notification id', 'Find ids with `proctor notification list`.');
}

function readId(text: string, what: string, hint: string): string {
  const parsed = executionIdText.safeParse(text);
  if (parsed.success && isPossibleExecutionId(parsed.data)) return parsed.data;
  throw new AppError('invalid_args', `'${text}' is not ${what}: expected a positive integer.`, { hint });
}
