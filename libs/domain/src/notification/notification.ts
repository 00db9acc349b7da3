import { isSuccess, type ExecutionStatus } from '../execution/execution-state.js';
import { NOTIFY_EVENTS, type NotifyEvent } from '../schedule/schedule.js';

export function isNotifyEvent(value: string): value is NotifyEvent {
  return (NOTIFY_EVENTS as readonly string[]).includes(value);
}

/** `pending`: waiting for its first or next attempt. `failed`: permanently. */
export const DELIVERY_STATES = ['pending', 'sent', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The events of the outbox. */
export const OUTBOX_EVENTS = ['started', 'slow', 'ended', 'schedule_paused'] as const;
export type OutboxEventName = (typeof OUTBOX_EVENTS)[number];

/**
 * Maps an outbox event to the event that people subscribe to. Null: not optional, its recipients are always notified.
 * @param status of the execution; every final status but success counts as a failure, including a cancel
 */
export function notifyEventOf(event: OutboxEventName, status: ExecutionStatus | null): NotifyEvent | null {
  switch (event) {
    case 'started':
      return 'start';
    case 'slow':
      return 'slow';
    case 'ended':
      return status !== null && isSuccess(status) ? 'success' : 'failure';
    case 'schedule_paused':
      return null;
  }
}
