import { AppError } from '@app/domain';

export function tooManySchedules(maxPerOwner: number): AppError {
  const message = `An owner may have at most ${maxPerOwner} schedules.`;
  const hint = 'Remove some first, or ask an administrator to raise PROCTOR_SCHEDULES_PER_OWNER.';
  return new AppError('conflict', message, { hint });
}
