import type { DeliveryState, OutboxEventName } from '@app/domain';
import type { Database } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/** One event to one recipient over one channel, as admins see it. */
export interface DeliveryRecord {
  id: number;
  event: OutboxEventName;
  executionId: number | null;
  scheduleId: number | null;
  /** `mail`, `slack`, `webhook`, `callback`, or `plugin:NAME`. */
  channel: string;
  /** An address or URL; empty where the channel has one target only. */
  recipient: string;
  state: DeliveryState;
  /** How often it was tried since it was created or resent. */
  attempts: number;
  /** Null unless it is pending. */
  nextAttemptAt: Date | null;
  /** Why the last attempt failed, one line; null: it did not fail. */
  failedReason: string | null;
  createdAt: Date;
  sentAt: Date | null;
}

/** All given conditions must hold. */
export interface DeliveryFilter {
  state?: DeliveryState;
  channel?: string;
  executionId?: number;
}

export type ResendOutcome = 'resent' | 'already_pending' | 'not_found';

/** Deliveries as admins see them. */
export class NotificationsStore {
  constructor(private readonly database: Database) {}

  /** Newest first. @param page `before`: id of the last delivery of the previous page; null: the first page */
  async list(
    { state, channel, executionId }: DeliveryFilter,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<DeliveryRecord[]> {
    const conditions = [
      Prisma.sql`true`,
      ...(state === undefined ? [] : [Prisma.sql`d.state = ${state}`]),
      ...(channel === undefined ? [] : [Prisma.sql`d.channel = ${channel}`]),
      ...(executionId === undefined ? [] : [Prisma.sql`n.execution_id = ${executionId}`]),
      ...(before === null ? [] : [Prisma.sql`d.id < ${before}`]),
    ];
    const rows = await this.database.client.$queryRaw<DeliveryRow[]>`
      SELECT d.id, n.event, n.execution_id, n.schedule_id, d.channel, d.recipient, d.state, d.attempts,
        CASE WHEN d.state = 'pending' THEN d.next_attempt_at END AS next_attempt_at, d.failed_reason, d.created_at, d.sent_at
      FROM delivery d JOIN notification n ON n.id = d.notification_id
      WHERE ${Prisma.join(conditions, ' AND ')} ORDER BY d.id DESC LIMIT ${limit}`;
    return rows.map(toRecord);
  }

  /** Sends a sent or failed delivery again, under the same key: a recipient who has it already can drop it. */
  async resend(deliveryId: number): Promise<ResendOutcome> {
    const [row] = await this.database.client.$queryRaw<{ was_pending: boolean }[]>`
      WITH before AS (SELECT id, state FROM delivery WHERE id = ${deliveryId} FOR UPDATE)
      UPDATE delivery d SET state = 'pending',
        attempts = CASE WHEN b.state = 'pending' THEN d.attempts ELSE 0 END,
        next_attempt_at = CASE WHEN b.state = 'pending' THEN d.next_attempt_at ELSE now() END,
        sent_at = NULL
      FROM before b WHERE d.id = b.id
      RETURNING b.state = 'pending' AS was_pending`;
    if (!row) return 'not_found';
    return row.was_pending ? 'already_pending' : 'resent';
  }
}

interface DeliveryRow {
  id: bigint;
  event: string;
  execution_id: bigint | null;
  schedule_id: bigint | null;
  channel: string;
  recipient: string;
  state: DeliveryState;
  attempts: number;
  next_attempt_at: Date | null;
  failed_reason: string | null;
  created_at: Date;
  sent_at: Date | null;
}

function toRecord(row: DeliveryRow): DeliveryRecord {
  return {
    id: Number(row.id),
    event: row.event as OutboxEventName,
    executionId: row.execution_id === null ? null : Number(row.execution_id),
    scheduleId: row.schedule_id === null ? null : Number(row.schedule_id),
    channel: row.channel,
    recipient: row.recipient,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    failedReason: row.failed_reason,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}
