import type { Database } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/** A delivery that this process may send now. Every later write carries `claim`; a higher one in the row refuses it. */
export interface ClaimedDelivery {
  id: number;
  claim: number;
  notificationId: number;
  channel: string;
  recipient: string;
  /** Of the channel `callback`: the host of its URL (`name` or `name:port`) as `busyHosts` has it. Null: another channel. */
  host: string | null;
  /** This attempt included. */
  attempts: number;
}

export interface ClaimRequest {
  /** How many may be taken of each channel. */
  slots: readonly { channel: string; free: number }[];
  /** Nothing for these hosts. */
  busyHosts: readonly string[];
  /** Who has not recorded anything by then has lost the claim. */
  claimSeconds: number;
}

/** Deliveries from the side of the notifier that sends them. Any number of replicas may work at once. */
export class DeliveriesStore {
  constructor(private readonly database: Database) {}

  /** Whether there is anything to do: events to spread, or deliveries over these channels that are due. */
  async look(channels: readonly string[]): Promise<{ hasEvents: boolean; hasDue: boolean }> {
    // Channel by channel in the index's order: by its estimates Postgres would rather read what was sent long ago.
    const [row] = await this.database.client.$queryRaw<{ has_events: boolean; has_due: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM notification WHERE spread_at IS NULL) AS has_events,
        EXISTS (SELECT 1 FROM unnest(${[...channels]}::text[]) AS known(channel) CROSS JOIN LATERAL (
          SELECT 1 FROM delivery d
          WHERE d.state = 'pending' AND d.channel = known.channel AND d.next_attempt_at <= now()
            AND (d.claimed_until IS NULL OR d.claimed_until <= now())
          ORDER BY d.next_attempt_at LIMIT 1) one) AS has_due`;
    return { hasEvents: row?.has_events ?? false, hasDue: row?.has_due ?? false };
  }

  /** Takes what is due, at most as many as there are slots, longest due first. */
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

  /** False: somebody else has claimed it since. */
  async recordSent({ id, claim }: ClaimedDelivery): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET state = 'sent', sent_at = now(), claimed_until = NULL, failed_reason = NULL
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /** It is tried again after `delayMs`. False: somebody else has claimed it since. */
  async recordRetry({ id, claim }: ClaimedDelivery, reason: string, delayMs: number): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET claimed_until = NULL, failed_reason = ${reason},
        next_attempt_at = now() + make_interval(secs => ${delayMs / 1_000}::float8)
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /** It is not tried again by itself. False: somebody else has claimed it since. */
  async recordFailed({ id, claim }: ClaimedDelivery, reason: string): Promise<boolean> {
    const rows = await this.database.client.$queryRaw<unknown[]>`
      UPDATE delivery SET state = 'failed', claimed_until = NULL, failed_reason = ${reason}
      WHERE id = ${id} AND claim = ${claim} AND state = 'pending' RETURNING 1`;
    return rows.length > 0;
  }

  /** As if it had not been claimed: another replica may send it at once. */
  async giveBack(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.database.client.$executeRaw`
      UPDATE delivery d SET claimed_until = NULL, attempts = greatest(d.attempts - 1, 0)
      FROM unnest(${deliveries.map((d) => BigInt(d.id))}::bigint[], ${deliveries.map((d) => d.claim)}::int[]) AS g(id, claim)
      WHERE d.id = g.id AND d.claim = g.claim AND d.state = 'pending'`;
  }

  /**
   * Fails what waits for a channel that no notifier seems to have any more.
   * @param known the channels of this process; others may have more, hence the time
   * @returns how many
   */
  async failAbandoned(known: readonly string[], afterSeconds: number): Promise<number> {
    return this.database.client.$executeRaw`
      UPDATE delivery SET state = 'failed', failed_reason = 'no notifier is configured for ' || channel
      WHERE state = 'pending' AND channel <> ALL(${[...known]}::text[])
        AND next_attempt_at < now() - make_interval(secs => ${afterSeconds}::float8)`;
  }

  /** How many wait to be sent, the whole installation's. */
  async countPending(): Promise<number> {
    const [row] = await this.database.client.$queryRaw<{ count: number }[]>`
      SELECT count(*)::float8 AS count FROM delivery WHERE state = 'pending'`;
    return row?.count ?? 0;
  }
}

/** Said by Postgres alone: elsewhere `lower` may give another answer. */
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
