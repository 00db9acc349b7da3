import type { Database } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/**
 * A delivery that this process may send now. Every later write carries `claim`; a row with a higher one refuses the
 * write.
 */
export interface ClaimedDelivery {
  id: number;
  claim: number;
  notificationId: number;
  channel: string;
  recipient: string;
  /**
   * Of the channel `callback`: the host of its URL (`name` or `name:port`) as `busyHosts` has it. Null: another
   * channel.
   */
  host: string | null;
  /** This attempt included. */
  attempts: number;
}

export interface ClaimRequest {
  /** How many deliveries to take per channel. */
  slots: readonly { channel: string; free: number }[];
  /** Takes no callbacks to these hosts. */
  busyHosts: readonly string[];
  /** The claim lapses after this time without a recorded result. */
  claimSeconds: number;
}

/** Deliveries as the notifier that sends them sees them. Any number of replicas may work at once. */
export class DeliveriesStore {
  constructor(private readonly database: Database) {}

  /** Whether there is anything to do: events to fan out, or due deliveries over these channels. */
  async poll(channels: readonly string[]): Promise<{ hasEvents: boolean; hasDue: boolean }> {
    // Channel by channel in the order of the index: the planner's estimates would prefer to read old sent deliveries.
    const [row] = await this.database.prepared.run<{ has_events: boolean; has_due: boolean }>(
      'poll notifications',
      Prisma.sql`
      SELECT EXISTS (SELECT 1 FROM notification WHERE spread_at IS NULL) AS has_events,
        EXISTS (SELECT 1 FROM unnest(${[...channels]}::text[]) AS known(channel) CROSS JOIN LATERAL (
          SELECT 1 FROM delivery d
          WHERE d.state = 'pending' AND d.channel = known.channel AND d.next_attempt_at <= now()
            AND (d.claimed_until IS NULL OR d.claimed_until <= now())
          ORDER BY d.next_attempt_at LIMIT 1) one) AS has_due`,
    );
    return { hasEvents: row?.has_events ?? false, hasDue: row?.has_due ?? false };
  }

  /** Claims due deliveries, at most one per slot, the longest overdue first. */
  async claim({ slots, busyHosts, claimSeconds }: ClaimRequest): Promise<ClaimedDelivery[]> {
    const rows = await this.database.client.$queryRaw<ClaimedRow[]>`
      WITH due AS MATERIALIZED (
        SELECT one.id
        FROM unnest(${slots.map((s) => s.channel)}::text[], ${slots.map((s) => s.free)}::int[]) AS slot(channel, free)
        CROSS JOIN LATERAL (
          SELECT id FROM delivery d
          WHERE d.state = 'pending' AND d.channel = slot.channel AND d.next_attempt_at <= now()
            AND (d.claimed_until IS NULL OR d.claimed_until <= now())
            AND (d.channel <> 'callback' OR ${HOST} <> ALL(${[...busyHosts]}::text[]))
          ORDER BY d.next_attempt_at LIMIT slot.free FOR UPDATE SKIP LOCKED) one
      )
      UPDATE delivery d SET claim = d.claim + 1, attempts = d.attempts + 1,
        claimed_until = now() + make_interval(secs => ${claimSeconds}::float8)
      FROM due WHERE d.id = due.id
      RETURNING d.id, d.claim, d.notification_id, d.channel, d.recipient, d.attempts,
        CASE WHEN d.channel = 'callback' THEN ${HOST} END AS host`;
    return rows.map(({ id, notification_id, ...row }) => ({
      ...row,
      id: Number(id),
      notificationId: Number(notification_id),
    }));
  }

  /** False: another replica has claimed it since. */
  async recordSent({ id, claim }: ClaimedDelivery): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET state = 'sent', sent_at = now(), claimed_until = NULL, failed_reason = NULL
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /** Schedules another attempt after `delayMs`. False: another replica has claimed it since. */
  async recordRetry({ id, claim }: ClaimedDelivery, reason: string, delayMs: number): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET claimed_until = NULL, failed_reason = ${reason},
        next_attempt_at = now() + make_interval(secs => ${delayMs / 1_000}::float8)
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /** As `recordRetry`, for an attempt that was none: it does not count. */
  async recordWaiting({ id, claim }: ClaimedDelivery, reason: string, delayMs: number): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET claimed_until = NULL, failed_reason = ${reason}, attempts = greatest(attempts - 1, 0),
        next_attempt_at = now() + make_interval(secs => ${delayMs / 1_000}::float8)
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /** Gives up: only an admin can resend it. False: another replica has claimed it since. */
  async recordFailed({ id, claim }: ClaimedDelivery, reason: string): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET state = 'failed', claimed_until = NULL, failed_reason = ${reason}
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /**
   * As `recordFailed`, for a recipient who may not get it. Audits that, in the same statement, once a day for each
   * recipient, proc and schedule: a schedule that fires each minute must not fill the trail.
   */
  async recordDenied({ id, claim }: ClaimedDelivery, reason: string): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      WITH failed AS (
        UPDATE delivery SET state = 'failed', claimed_until = NULL, failed_reason = ${reason}
        WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING notification_id, recipient
      ), denied AS (
        SELECT f.recipient, jsonb_strip_nulls(jsonb_build_object(
          'proc', coalesce(e.proc_name, s.proc_name), 'schedule', s.id::text,
          'owner', coalesce(e.user_email, s.user_email))) AS about
        FROM failed f JOIN notification n ON n.id = f.notification_id
        LEFT JOIN execution e ON e.id = n.execution_id
        LEFT JOIN schedule s ON s.id = coalesce(n.schedule_id, e.schedule_id)
      ), audited AS (
        INSERT INTO audit_event (actor, action, subject, allowed, details)
        SELECT 'proctor', 'sendEmail', recipient, false, about || jsonb_build_object('reason', ${reason}::text)
        FROM denied
        WHERE NOT EXISTS (
          SELECT 1 FROM audit_event a
          WHERE lower(a.subject) = lower(denied.recipient) AND a.at > now() - interval '1 day'
            AND a.action = 'sendEmail' AND a.details @> denied.about)
      )
      SELECT 1 FROM failed`;
    return rows.length > 0;
  }

  /** Releases the claims: another replica may send them at once. */
  async giveBack(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.database.client.$executeRaw`
      UPDATE delivery d SET claimed_until = NULL, attempts = greatest(d.attempts - 1, 0)
      FROM unnest(${deliveries.map((d) => BigInt(d.id))}::bigint[], ${deliveries.map((d) => d.claim)}::int[]) AS g(id, claim)
      WHERE d.id = g.id AND d.claim = g.claim AND d.state = 'pending'`;
  }

  /**
   * Fails deliveries over a channel that no notifier seems to have any more.
   * @param known the channels of this process; other notifiers may have more, hence the wait
   * @returns how many
   */
  async failAbandoned(known: readonly string[], afterSeconds: number): Promise<number> {
    return this.database.client.$executeRaw`
      UPDATE delivery SET state = 'failed', failed_reason = 'no notifier is configured for ' || channel
      WHERE state = 'pending' AND channel <> ALL(${[...known]}::text[])
        AND next_attempt_at < now() - make_interval(secs => ${afterSeconds}::float8)`;
  }

  /** How many deliveries of the whole installation are pending. */
  async countPending(): Promise<number> {
    const [row] = await this.database.client.$queryRaw<{ count: number }[]>`
      SELECT count(*)::float8 AS count FROM delivery WHERE state = 'pending'`;
    return row?.count ?? 0;
  }
}

/** Computed by Postgres only: `lower` may differ elsewhere. */
const HOST = Prisma.sql`lower(split_part(d.recipient, '/', 3))`;

interface ClaimedRow {
  id: bigint;
  claim: number;
  notification_id: bigint;
  channel: string;
  recipient: string;
  attempts: number;
  host: string | null;
}
