import type { OutboxEvent } from '@app/database';

/** A delivery with its event. */
export interface OutgoingDelivery {
  id: number;
  channel: string;
  recipient: string;
  event: OutboxEvent;
}

/**
 * `refused`: final, a retry would get the same answer. `reason`: one line for people, without secrets.
 * `isDenied`: the recipient may not get it.
 * `afterMs`: how long the other side asks to wait before a retry.
 * `waits`: it cannot be tried until an operator has done what `reason` says. Does not count as an attempt.
 */
export type SendOutcome =
  | { kind: 'sent' }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'waits'; reason: string }
  | { kind: 'refused'; reason: string; isDenied?: true };

/** Sends notifications. May be called for the same delivery again, with the same key, and for many at a time. */
export interface Channel {
  /** An error it throws counts as `retry`. @param signal aborts the attempt */
  send(delivery: OutgoingDelivery, signal: AbortSignal): Promise<SendOutcome>;
}

/** How long establishing a connection may take, within the timeout of the whole attempt. */
export const CONNECT_TIMEOUT_MS = 10_000;
