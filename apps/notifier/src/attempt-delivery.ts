import type { ClaimedDelivery, NotificationOutboxStore } from '@app/database';
import { explainNetworkError } from '@app/domain';
import { abortable, timeLimit } from '@app/timing';
import type { ChannelSet } from './channels/channel-set.js';
import type { SendOutcome } from './channels/channel.js';

export interface AttemptContext {
  outbox: Pick<NotificationOutboxStore, 'find'>;
  channels: ChannelSet;
  attempts: { max: number; timeoutMs: number };
}

/** `given_back`: the process stopped before the attempt ended. */
export type Outcome = SendOutcome | { kind: 'given_back' };

/** Tries once to send a delivery, within the timeout. Never throws. @param stopping aborts when the process stops */
export async function attemptDelivery(
  delivery: ClaimedDelivery,
  { outbox, channels, attempts }: AttemptContext,
  stopping: AbortSignal,
): Promise<Outcome> {
  if (delivery.attempts > attempts.max) {
    return { kind: 'refused', reason: 'the notifier crashed during each attempt' };
  }
  const { signal, clear } = timeLimit(attempts.timeoutMs, stopping);
  let outcome: Outcome;
  try {
    const channel = channels.get(delivery.channel).channel;
    const event = await outbox.find(delivery.notificationId);
    if (event === null) return { kind: 'refused', reason: 'the event no longer exists' };
    // Does not wait for a channel that ignores its signal.
    outcome = await abortable(channel.send({ ...delivery, event }, signal), signal);
  } catch (error) {
    outcome = { kind: 'retry', reason: describe(error) };
  } finally {
    clear();
  }
  if (outcome.kind !== 'retry') return outcome;
  // The reason an aborted attempt gives is less precise than ours.
  if (stopping.aborted) return { kind: 'given_back' };
  const reason = signal.aborted ? `not sent within ${attempts.timeoutMs / 1_000} s` : outcome.reason;
  if (delivery.attempts < attempts.max) return { ...outcome, reason };
  return { kind: 'refused', reason: `${reason} (given up after ${delivery.attempts} attempts)` };
}

function describe(error: unknown): string {
  // Where there is advice, the words of Node are for programmers.
  const { reason, advice } = explainNetworkError(error, '');
  if (advice !== undefined) return `${reason}. ${advice}`;
  if (error instanceof AggregateError && error.message === '') return describe(error.errors[0]);
  return error instanceof Error ? error.message || error.name : 'unknown';
}
