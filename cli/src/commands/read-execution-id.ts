import { executionIdText, isPossibleExecutionId } from '@app/contract';
import { AppError } from '@app/domain';

/** An execution id as typed. Throws `invalid_args` for anything that can't be one. */
export function readExecutionId(text: string): string {
  return readId(text, 'an execution id', '`proctor execute` prints the id of what it starts.');
}

/** A schedule's id as typed. Throws `invalid_args` for anything that can't be one. */
export function readScheduleId(text: string): string {
  return readId(text, "a schedule's id", '`proctor schedule list` shows the ids.');
}

/** A notification's id as typed. Throws `invalid_args` for anything that can't be one. */
export function readNotificationId(text: string): string {
  return readId(text, "a notification's id", '`proctor notification list` shows the ids.');
}

function readId(text: string, what: string, hint: string): string {
  const parsed = executionIdText.safeParse(text);
  if (parsed.success && isPossibleExecutionId(parsed.data)) return parsed.data;
  throw new AppError('invalid_args', `'${text}' is not ${what}: expected a positive whole number.`, { hint });
}
