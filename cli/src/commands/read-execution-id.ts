import { executionIdText, isPossibleExecutionId } from '@app/contract';
import { AppError } from '@app/domain';

/** An execution id as typed. Throws `invalid_args` for anything that can't be one. */
export function readExecutionId(text: string): string {
  const parsed = executionIdText.safeParse(text);
  if (!parsed.success || !isPossibleExecutionId(parsed.data)) {
    throw new AppError(
      'invalid_args',
      `'${text}' is not an execution id: expected a positive whole number.`,
      {
        hint: '`proctor execute` prints the id of what it starts.',
      },
    );
  }
  return parsed.data;
}
