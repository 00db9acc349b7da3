import { AppError } from '@app/domain';

/**
 * The refusal for a plugin that can't say who somebody is.
 * @param plugin its name as configured
 * @param reason a clause for the operator; it becomes the cause, which is logged and not shown
 */
export function unavailable(plugin: string, reason: string): AppError {
  return new AppError(
    'unavailable',
    `The authentication plugin ${plugin} can't tell who you are right now.`,
    {
      hint: 'Try again in a moment; if it goes on, tell the operators of Proctor.',
      cause: new Error(`${plugin}: ${reason}`),
    },
  );
}
