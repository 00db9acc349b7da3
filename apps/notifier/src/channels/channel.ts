import type { OutboxEvent } from '@app/database';

/** One delivery with what it tells of. */
export interface OutgoingDelivery {
  id: number;
  channel: string;
  recipient: string;
  event: OutboxEvent;
}

/**
 * `refused`: for good, trying again gives the same answer. Reasons are one line for people, and hold no secret.
 * `afterMs`: what the other side asks to wait at least.
 */
export type SendOutcome =
  | { kind: 'sent' }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'refused'; reason: string };

/** A way out of Proctor. May be asked to send the same again, with the same key, and many things at once. */
export interface Channel {
  /** What it throws counts as `retry`. @param signal ends the attempt */
  send(parcel: OutgoingDelivery, signal: AbortSignal): Promise<SendOutcome>;
}

/** A connection must stand within this time, whatever else there is left of the whole. */
export const CONNECT_TIMEOUT_MS = 10_000;
