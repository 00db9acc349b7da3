import { AppError } from '@app/domain';

/**
 * Builds the error for a plugin that cannot identify a caller.
 * @param plugin its configured name
 * @param reason a clause for the operator; becomes the cause, which is logged but not shown
 */
export function unavailable(plugin: string, reason: string): AppError {
  return new AppError('unavailable', `The authentication plugin ${plugin} is unavailable.`, {
    hint: 'Try again in a moment. If the problem persists, contact the operators of Proctor.',
    cause: new Error(`${plugin}: ${reason}`),
  });
}
