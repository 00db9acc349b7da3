import { SCHEDULE_TEXTS } from '@app/contract';
import { AppError } from '@app/domain';

/** What is told of a second schedule of a proc with the same args. */
export function duplicateSchedule(procName: string): AppError {
  return new AppError('conflict', SCHEDULE_TEXTS.duplicate, {
    plainText: SCHEDULE_TEXTS.duplicate,
    hint: `${procName} is scheduled with these args already: change that schedule, or remove it first.`,
  });
}
