import { AppError } from '@app/domain';
import type { Context } from '../context.js';
import { confirm } from './prompt.js';

/**
 * Asks for confirmation, unless `yes`. Throws `conflict` if the user declines, and `malformed_request` without a
 * terminal.
 */
export async function confirmChange({ stdin }: Context, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!stdin.isTTY) {
    throw new AppError('malformed_request', 'Confirmation needs a terminal. Nothing was changed.', {
      hint: 'Use --yes to skip it.',
    });
  }
  if (!(await confirm(question, stdin))) throw new AppError('conflict', 'Nothing was changed.');
}
