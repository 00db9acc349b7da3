import { AppError } from '@app/domain';

/** What is told to an owner who has as many schedules as one may have. */
export function tooManySchedules(most: number): AppError {
  const message = `An owner may have ${most} schedules, and this would be one more.`;
  const hint = 'Remove some first, or ask an administrator to set PROCTOR_SCHEDULES_PER_OWNER higher.';
  return new AppError('conflict', message, { hint });
}
