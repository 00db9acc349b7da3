import { isNotifyEvent, type Execution, type OutboxEventName, type NotifyEvent } from '@app/domain';
import type { Database } from '../connection/database.js';
import { toExecution, type ExecutionRow } from '../executions/execution-row.js';
import { Prisma } from '../generated/client.js';

/** An event with everything needed to choose its recipients and to write the message. */
export interface OutboxEvent {
  notificationId: number;
  name: OutboxEventName;
  happenedAt: Date;
  /** Why, for events of a schedule; one line. */
  reason: string | null;
  /** Null: the event is about a schedule, or the execution was pruned. */
  execution: Execution | null;
  callbackUrl: string | null;
  /** The schedule that the event is about or that started the execution; null: none, or it was removed. */
  schedule: ScheduleOfEvent | null;
  /** The events that the execution's owner subscribed to for executions they start themselves. */
  ownerNotifyOn: readonly NotifyEvent[];
}

export interface ScheduleOfEvent {
  id: number;
  procName: string;
  tags: string;
  userEmail: string;
  notificationEmails: readonly string[];
  notifyOn: readonly NotifyEvent[];
}

/** One target of an event. */
export interface Recipient {
  channel: string;
  /** An address or URL; empty where the channel has one target only. */
  recipient: string;
}

/** A row of an execution's log with truncated text. */
export interface LastLogRow {
  isText: boolean;
  text: string;
  endsLine: boolean;
}

/** Events that are waiting to be fanned out into deliveries. */
export class NotificationOutboxStore {
  constructor(private readonly database: Database) {}

  /**
   * Takes the oldest events that no other process is fanning out and creates their deliveries, in one transaction.
   * @param decide pure; may be called again for the same event
   * @returns how many events were fanned out; fewer than `limit`: there are no more
   */
  async fanOut(limit: number, decide: (event: OutboxEvent) => readonly Recipient[]): Promise<number> {
    return this.database.transaction(async (session) => {
      const rows = await session.$queryRaw<EventRow[]>`
        ${SELECT_EVENT} WHERE n.spread_at IS NULL ORDER BY n.id LIMIT ${limit} FOR UPDATE OF n SKIP LOCKED`;
      if (rows.length === 0) return 0;
      const deliveries = rows
        .map(toEvent)
        .flatMap((event) =>
          decide(event).map((to) => ({ ...to, notificationId: BigInt(event.notificationId) })),
        );
      await session.$executeRaw`
        INSERT INTO delivery (notification_id, channel, recipient)
        SELECT * FROM unnest(${deliveries.map((m) => m.notificationId)}::bigint[], ${deliveries.map((m) => m.channel)}::text[],
          ${deliveries.map((m) => m.recipient)}::text[])
        ON CONFLICT DO NOTHING`;
      await session.$executeRaw`
        UPDATE notification SET spread_at = now() WHERE id = ANY(${rows.map((row) => row.notification_id)}::bigint[])`;
      return rows.length;
    });
  }

  async find(notificationId: number): Promise<OutboxEvent | null> {
    const [row] = await this.database.client.$queryRaw<EventRow[]>`
      ${SELECT_EVENT} WHERE n.id = ${notificationId}`;
    return row ? toEvent(row) : null;
  }

  /** The end of an execution's log, in order. @param maxCharacters of each row's text, from its start, unless it is written over */
  async readLastLogRows(executionId: number, limit: number, maxCharacters: number): Promise<LastLogRow[]> {
    const rows = await this.database.client.$queryRaw<{ kind: number; text: string; ends_line: boolean }[]>`
      SELECT kind, ends_line,
        CASE WHEN text ~ '[\\r\\b]|\\x1b\\[[0-9]*[DGK]' THEN text ELSE left(text, ${maxCharacters}::int) END AS text
      FROM execution_log
      WHERE execution_id = ${executionId} ORDER BY seq DESC LIMIT ${limit}`;
    return rows
      .reverse()
      .map(({ kind, text, ends_line: endsLine }) => ({ isText: kind === 0, text, endsLine }));
  }
}

const SELECT_EVENT = Prisma.sql`
  SELECT n.id AS notification_id, n.event, n.details ->> 'reason' AS event_reason, n.created_at AS happened_at, e.*,
    s.id AS of_schedule_id, s.proc_name AS schedule_proc_name, s.tags, s.user_email AS schedule_user_email,
    s.notification_emails, s.notify_on, p.notify_on AS owner_notify_on
  FROM notification n
  LEFT JOIN execution e ON e.id = n.execution_id
  LEFT JOIN schedule s ON s.id = coalesce(n.schedule_id, e.schedule_id)
  LEFT JOIN notification_preference p ON p.email = lower(e.user_email)
    AND NOT EXISTS (SELECT 1 FROM account a WHERE lower(a.email) = lower(e.user_email) AND a.id > e.id)`;

type EventRow = {
  notification_id: bigint;
  event: string;
  event_reason: string | null;
  happened_at: Date;
  callback_url: string | null;
  owner_notify_on: string[] | null;
} & (ExecutionRow | { id: null }) &
  (
    | {
        of_schedule_id: bigint;
        schedule_proc_name: string;
        tags: string;
        schedule_user_email: string;
        notification_emails: string[];
        notify_on: string[];
      }
    | { of_schedule_id: null }
  );

function toEvent(row: EventRow): OutboxEvent {
  return {
    notificationId: Number(row.notification_id),
    name: row.event as OutboxEventName,
    happenedAt: row.happened_at,
    reason: row.event_reason,
    execution: row.id === null ? null : toExecution(row),
    callbackUrl: row.callback_url,
    schedule:
      row.of_schedule_id === null
        ? null
        : {
            id: Number(row.of_schedule_id),
            procName: row.schedule_proc_name,
            tags: row.tags,
            userEmail: row.schedule_user_email,
            notificationEmails: row.notification_emails,
            notifyOn: row.notify_on.filter(isNotifyEvent),
          },
    ownerNotifyOn: (row.owner_notify_on ?? []).filter(isNotifyEvent),
  };
}
