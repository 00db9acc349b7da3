import type { ClaimedDelivery, NotificationOutboxStore } from '@app/database';
import { abortable } from '@app/timing';
import type { ChannelSet } from './channels/channel-set.js';
import type { SendOutcome } from './channels/channel.js';

export interface AttemptContext {
  outbox: Pick<NotificationOutboxStore, 'find'>;
  channels: ChannelSet;
  attempts: { most: number; timeoutMs: number };
}

/** `given_back`: the process ends before the attempt did. */
export type Outcome = SendOutcome | { kind: 'given_back' };

/** Sends one delivery, once, within its time. Never throws. @param stopping ends it: the process wants to end */
export async function attemptDelivery(
  delivery: ClaimedDelivery,
  { outbox, channels, attempts }: AttemptContext,
  stopping: AbortSignal,
): Promise<Outcome> {
  if (delivery.attempts > attempts.most) {
    return { kind: 'refused', reason: 'the notifier ended each time that it sent this' };
  }
  const timeout = AbortSignal.timeout(attempts.timeoutMs);
  const signal = AbortSignal.any([timeout, stopping]);
  let outcome: Outcome;
  try {
    const channel = channels.get(delivery.channel).channel;
    const event = await outbox.find(delivery.notificationId);
    if (event === null) return { kind: 'refused', reason: 'its event is forgotten' };
    // A channel that does not listen to its signal is left behind.
    outcome = await abortable(channel.send({ ...delivery, event }, signal), signal);
  } catch (error) {
    outcome = { kind: 'retry', reason: describe(error) };
  }
  if (outcome.kind !== 'retry') return outcome;
  // Whatever an attempt says that was cut: why is known better here.
  if (stopping.aborted) return { kind: 'given_back' };
  const reason = timeout.aborted ? `not sent within ${attempts.timeoutMs / 1_000} s` : outcome.reason;
  if (delivery.attempts < attempts.most) return { ...outcome, reason };
  return { kind: 'refused', reason: `${reason} (given up after ${delivery.attempts} attempts)` };
}

function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return describe(error.errors[0]);
  return error instanceof Error ? error.message || error.name : 'unknown';
}
