import { originOfCallback, type OutboxEvent, type Recipient } from '@app/database';
import { foldEmail, notifyEventOf, ORIGIN_RULES } from '@app/domain';

/** The channels that get events regardless of whom they concern. */
export interface BroadcastChannels {
  slack: boolean;
  webhook: boolean;
  /** Names of channels: `plugin:NAME`. */
  plugins: readonly string[];
}

/**
 * Decides who is notified of an event, and over which channel. Pure.
 *
 * - Mail: for an execution of a schedule, the schedule's addresses if the schedule notifies of this event; for any other
 *   execution, its owner if they chose this event; for a paused schedule, its addresses and its owner.
 * - `callback_url`: ends. Slack: everything but starts. The webhook: everything. Plugins: everything about an execution.
 */
export function decideRecipients(event: OutboxEvent, channels: BroadcastChannels): Recipient[] {
  const { name, execution, callback } = event;
  const isOfExecution = name !== 'schedule_paused';
  // The execution was pruned before the event was handled.
  if (isOfExecution && execution === null) return [];
  return [
    ...mailRecipients(event).map((recipient) => ({ channel: 'mail', recipient, owner: ownerOf(event) })),
    ...(name === 'ended' && callback !== null
      ? [{ channel: 'callback', recipient: originOfCallback(callback) }]
      : []),
    ...(channels.slack && name !== 'started' ? [{ channel: 'slack', recipient: '' }] : []),
    ...(channels.webhook ? [{ channel: 'webhook', recipient: '' }] : []),
    ...(isOfExecution ? channels.plugins.map((channel) => ({ channel, recipient: '' })) : []),
  ];
}

function mailRecipients({ name, execution, schedule, ownerNotifyOn }: OutboxEvent): string[] {
  const topic = notifyEventOf(name, execution?.status ?? null);
  if (topic === null)
    return schedule ? uniqueAddresses([...schedule.notificationEmails, schedule.userEmail]) : [];
  if (execution === null) return [];
  switch (ORIGIN_RULES[execution.origin.kind].notifies) {
    case 'owner':
      return ownerNotifyOn.includes(topic) ? uniqueAddresses([execution.userEmail]) : [];
    case 'schedule':
      return schedule?.notifyOn.includes(topic) ? uniqueAddresses(schedule.notificationEmails) : [];
  }
}

/** Who made the schedule, or started the execution. */
function ownerOf({ execution, schedule }: OutboxEvent): string {
  return foldEmail(execution?.userEmail ?? schedule?.userEmail ?? '');
}

/** Keeps one of the addresses that differ only in case, and drops names that are no addresses. */
function uniqueAddresses(addresses: readonly string[]): string[] {
  const mailable = addresses.filter((address) => address.includes('@'));
  return [...new Map(mailable.map((address) => [foldEmail(address), address])).values()];
}
