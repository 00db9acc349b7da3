import { AppError, isNotifyEvent, NOTIFY_EVENTS, type NotifyEvent } from '@app/domain';
import { INVALID_OPTIONS } from './read-query.js';

/** Stands for no events. */
export const NO_EVENTS = 'none';

/**
 * Parses `start,success failure` into events, without duplicates; `none` into no events. Throws `invalid_args` for any
 * other word, and for `none` together with others.
 * @param field its name in the error
 */
export function readNotifyEvents(field: string, words: readonly string[]): NotifyEvent[] {
  const names = words.flatMap((word) => word.toLowerCase().split(',')).map((name) => name.trim());
  const nonEmpty = names.filter((name) => name !== '');
  if (nonEmpty.length > 0 && nonEmpty.every((name) => name === NO_EVENTS)) return [];
  const events = nonEmpty.filter(isNotifyEvent);
  if (events.length === nonEmpty.length && events.length > 0) return [...new Set(events)];
  const message = `expected some of ${NOTIFY_EVENTS.join(', ')}, or ${NO_EVENTS} alone; got ${JSON.stringify(words.join(' '))}`;
  throw new AppError('invalid_args', INVALID_OPTIONS, { details: [{ field, message }] });
}
