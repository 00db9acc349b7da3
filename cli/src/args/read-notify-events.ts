import { AppError, isNotifyEvent, NOTIFY_EVENTS, type NotifyEvent } from '@app/domain';

/** The word for no events at all. */
export const NO_EVENTS = 'none';

/**
 * `start,success failure` → what somebody wants to be told of, each once; `none` → nothing. Pure.
 * @param field what to call it in a refusal
 * Throws `invalid_args` for any other word, and for `none` beside others.
 */
export function readNotifyEvents(field: string, words: readonly string[]): NotifyEvent[] {
  const names = words.flatMap((word) => word.toLowerCase().split(',')).map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  if (given.length > 0 && given.every((name) => name === NO_EVENTS)) return [];
  const events = given.filter(isNotifyEvent);
  if (events.length === given.length && events.length > 0) return [...new Set(events)];
  const message = `expected some of ${NOTIFY_EVENTS.join(', ')}, or ${NO_EVENTS} alone; got ${JSON.stringify(words.join(' '))}`;
  throw new AppError('invalid_args', "These options can't be used.", { details: [{ field, message }] });
}
