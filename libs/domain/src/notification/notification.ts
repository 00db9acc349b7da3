import { isSuccess, type ExecutionStatus } from '../execution/execution-state.js';
import { NOTIFY_EVENTS, type NotifyEvent } from '../schedule/schedule.js';

export function isNotifyEvent(value: string): value is NotifyEvent {
  return (NOTIFY_EVENTS as readonly string[]).includes(value);
}

/** `pending`: still to be sent, or to be tried again; `failed`: for good. */
export const DELIVERY_STATES = ['pending', 'sent', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What happened, as the outbox has it. */
export const OUTBOX_EVENTS = ['started', 'slow', 'ended', 'schedule_paused'] as const;
export type OutboxEventName = (typeof OUTBOX_EVENTS)[number];

/**
 * As what people may have asked to be told of an event; null: it can't be asked for, its people are told in any case.
 * @param status of the execution; every end but success is a failure, a cancel too
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
