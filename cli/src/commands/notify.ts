import { readNotifyEvents } from '../args/read-notify-events.js';
import { openGateway, type Context } from '../context.js';

/** Shows what the caller is told of their own executions, or chooses it. @param words none: it is shown */
export async function notify(context: Context, words: readonly string[]): Promise<number> {
  const body = words.length === 0 ? null : { notify_on: readNotifyEvents('events', words) };
  const client = await openGateway(context);
  const preference = body
    ? await client.call('setNotifyPreference', { body })
    : await client.call('getNotifyPreference');
  const events = preference.notify_on.join(', ');
  const text = events === '' ? 'You are told of nothing' : `You are told of: ${events}`;
  await context.printer.result(`${text} (executions that you ask for by hand).\n`, preference);
  return 0;
}
