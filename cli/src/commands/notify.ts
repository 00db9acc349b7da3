import { readNotifyEvents } from '../args/read-notify-events.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { tellWarnings } from '../output/tell-warnings.js';

/** Chooses which events the caller gets email about. @param words none: shows the choice */
export async function notify(context: Context, words: readonly string[]): Promise<number> {
  const body = words.length === 0 ? null : { notify_on: readNotifyEvents('events', words) };
  const client = await openGateway(context);
  const preference = body
    ? await client.call('setNotifyPreference', { body })
    : await client.call('getNotifyPreference');
  const events = preference.notify_on.join(', ');
  const text =
    events === ''
      ? 'You get no email about executions you start yourself.\n'
      : `You get email about executions you start yourself: ${events}.\n`;
  await context.printer.result(text, preference);
  tellWarnings(context, preference);
  return 0;
}
