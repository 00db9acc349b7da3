import { SCHEDULE_TEXTS } from '@app/contract';
import { AppError } from '@app/domain';

export function duplicateSchedule(procName: string): AppError {
  return new AppError('conflict', SCHEDULE_TEXTS.duplicate, {
    plainText: SCHEDULE_TEXTS.duplicate,
    hint: `${procName} is already scheduled with these args. Change that schedule or remove it first.`,
  });
}
