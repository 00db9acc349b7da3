import type { OutboxEvent, Recipient } from '@app/database';
import { notifyEventOf, ORIGIN_RULES } from '@app/domain';

/** Channels that hear of events whoever they concern. */
export interface BroadcastChannels {
  slack: boolean;
  webhook: boolean;
  /** Names of channels: `plugin:NAME`. */
  plugins: readonly string[];
}

/**
 * Whom an event is told, over which channel. Mail: for an execution of a schedule, the schedule's addresses if they want
 * to know; for one that was asked for by hand, its owner if they said so; for a paused schedule, its addresses and its
 * owner. `callback_url` and Slack hear of ends (Slack of what is out of the ordinary too), the webhook of everything,
 * plugins of everything that is of an execution. Pure.
 */
export function decideRecipients(event: OutboxEvent, channels: BroadcastChannels): Recipient[] {
  const { name, execution, callbackUrl } = event;
  const isOfExecution = name !== 'schedule_paused';
  // The execution was forgotten before anybody could be told: nothing is left to say.
  if (isOfExecution && execution === null) return [];
  return [
    ...mailRecipients(event).map((recipient) => ({ channel: 'mail', recipient })),
    ...(name === 'ended' && callbackUrl ? [{ channel: 'callback', recipient: callbackUrl }] : []),
    ...(channels.slack && name !== 'started' ? [{ channel: 'slack', recipient: '' }] : []),
    ...(channels.webhook ? [{ channel: 'webhook', recipient: '' }] : []),
    ...(isOfExecution ? channels.plugins.map((channel) => ({ channel, recipient: '' })) : []),
  ];
}

function mailRecipients({ name, execution, schedule, ownerNotifyOn }: OutboxEvent): string[] {
  const asked = notifyEventOf(name, execution?.status ?? null);
  if (asked === null) return schedule ? eachOnce([...schedule.notificationEmails, schedule.userEmail]) : [];
  if (execution === null) return [];
  switch (ORIGIN_RULES[execution.origin.kind].notifies) {
    case 'owner':
      return ownerNotifyOn.includes(asked) ? eachOnce([execution.userEmail]) : [];
    case 'schedule':
      return schedule?.notifyOn.includes(asked) ? eachOnce(schedule.notificationEmails) : [];
  }
}

/** As they were given, but only one of those that differ in case alone. */
function eachOnce(addresses: readonly string[]): string[] {
  const mailable = addresses.filter((address) => address.includes('@'));
  return [...new Map(mailable.map((address) => [address.toLowerCase(), address])).values()];
}
