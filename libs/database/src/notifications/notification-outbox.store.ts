import {
  isNotifyEvent,
  type Execution,
  type OutboxEventName,
  type NotifyEvent,
  type Standing,
} from '@app/domain';
import type { Database } from '../connection/database.js';
import type { PreparedSession } from '../connection/prepared.js';
import { EXECUTION_COLUMNS, toExecution, type ExecutionRow } from '../executions/execution-row.js';
import type { SealedCallback, StoredCallback } from '../executions/sealed-callback.js';
import { Prisma } from '../generated/client.js';
import type { Recipient } from './recipient.js';
import { countMails, tidyMailQuota, type NewDelivery } from './count-mails.js';

/** An event with everything needed to choose its recipients and to write the message. */
export interface OutboxEvent {
  notificationId: number;
  name: OutboxEventName;
  happenedAt: Date;
  /** Why, for events of a schedule; one line. */
  reason: string | null;
  /** Null: the event is about a schedule, or the execution was pruned. */
  execution: Execution | null;
  /** Null: the execution has no `callback_url`. */
  callback: StoredCallback | null;
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
   * @param mailsPerHour of each owner; further ones fail
   * @returns `events`: how many were fanned out; fewer than `limit`: there are no more. `deliveries`: how many it created
   */
  async fanOut(
    limit: number,
    decide: (event: OutboxEvent) => readonly Recipient[],
    mailsPerHour = Infinity,
  ): Promise<{ events: number; deliveries: number; mailsOverQuota: number }> {
    return this.database.prepared.transaction(async (session) => {
      const rows = await session.run<EventRow>(
        'events to fan out',
        Prisma.sql`
        ${SELECT_EVENT} WHERE n.spread_at IS NULL ORDER BY n.id LIMIT ${limit} FOR UPDATE OF n SKIP LOCKED`,
      );
      if (rows.length === 0) return { events: 0, deliveries: 0, mailsOverQuota: 0 };
      const wanted: NewDelivery[] = rows.map(toEvent).flatMap((event) =>
        decide(event).map((to) => ({
          ...to,
          notificationId: BigInt(event.notificationId),
          failedReason: null,
        })),
      );
      const deliveries = mailsPerHour === Infinity ? wanted : await countMails(session, wanted, mailsPerHour);
      if (deliveries.length > 0) await createDeliveries(session, deliveries);
      await session.run(
        'fanned out',
        Prisma.sql`
        UPDATE notification SET spread_at = now() WHERE id = ANY(${rows.map((row) => row.notification_id)}::bigint[])`,
      );
      const mailsOverQuota = deliveries.filter(({ failedReason }) => failedReason !== null).length;
      return { events: rows.length, deliveries: deliveries.length, mailsOverQuota };
    });
  }

  async find(notificationId: number): Promise<OutboxEvent | null> {
    const [row] = await this.database.client.$queryRaw<EventRow[]>`
      ${SELECT_EVENT} WHERE n.id = ${notificationId}`;
    return row ? toEvent(row) : null;
  }

  /** What is known of the person at this address, in any case, and the groups of a proc; null: it was removed. */
  async readStanding(
    email: string,
    procName: string,
  ): Promise<{ standing: Standing; procGroups: string[] | null }> {
    const [row] = await this.database.client.$queryRaw<StandingRow[]>`
      SELECT a.active, s.active AS seen_active, s.groups AS seen_groups, s.seen_at,
        array(SELECT m.group_name FROM account_membership m WHERE m.email = a.email) AS groups,
        (SELECT p.authorized_groups FROM proc p WHERE p.name = ${procName}) AS proc_groups
      FROM (SELECT lower(trim(${email})) AS email) u
      LEFT JOIN account a ON lower(a.email) = u.email
      LEFT JOIN sign_in s ON lower(s.email) = u.email AND a.is_service IS NOT TRUE`;
    if (!row) throw new Error('Postgres answered without a row');
    const account = row.active === null ? null : { isActive: row.active, groups: row.groups };
    const signIn =
      row.seen_at === null
        ? null
        : { isActive: row.seen_active ?? false, groups: row.seen_groups ?? [], seenAt: row.seen_at };
    return { standing: { account, signIn }, procGroups: row.proc_groups };
  }

  /** May be repeated. */
  async tidyQuota(): Promise<void> {
    await tidyMailQuota(this.database.client);
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

async function createDeliveries(session: PreparedSession, deliveries: readonly NewDelivery[]): Promise<void> {
  await session.run(
    'create deliveries',
    Prisma.sql`
    INSERT INTO delivery (notification_id, channel, recipient, failed_reason, state)
    SELECT new.*, CASE WHEN new.failed_reason IS NULL THEN 'pending' ELSE 'failed' END
    FROM unnest(${deliveries.map((m) => m.notificationId)}::bigint[], ${deliveries.map((m) => m.channel)}::text[],
      ${deliveries.map((m) => m.recipient)}::text[], ${deliveries.map((m) => m.failedReason)}::text[])
      AS new(notification_id, channel, recipient, failed_reason)
    ON CONFLICT DO NOTHING`,
  );
}

interface StandingRow {
  active: boolean | null;
  groups: string[];
  seen_active: boolean | null;
  seen_groups: string[] | null;
  seen_at: Date | null;
  proc_groups: string[] | null;
}

const SELECT_EVENT = Prisma.sql`
  SELECT n.id AS notification_id, n.event, n.details ->> 'reason' AS event_reason, n.created_at AS happened_at,
    ${EXECUTION_COLUMNS}, e.callback_url, e.callback,
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
  callback: SealedCallback | null;
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
    callback: row.callback ?? row.callback_url,
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
