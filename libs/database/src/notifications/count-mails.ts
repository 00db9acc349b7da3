import type { Session } from '../connection/database.js';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import type { Recipient } from './recipient.js';

/** One target of one event. */
export type NewDelivery = Recipient & { notificationId: bigint; failedReason: string | null };

/**
 * Counts mails by the minute toward the quota of their owners, in the transaction that creates them, and fails those with
 * which an owner would exceed it within any 60 minutes. Exact with any number of notifiers: an owner is locked until the end
 * of the transaction. Mails of the minute that is partly past those 60 still count. Those that fail do not.
 */
export async function countMails(
  session: PreparedSession,
  deliveries: readonly NewDelivery[],
  perHour: number,
): Promise<NewDelivery[]> {
  const asked = new Map<string, number>();
  for (const { owner } of deliveries) if (owner !== undefined) asked.set(owner, (asked.get(owner) ?? 0) + 1);
  if (asked.size === 0) return [...deliveries];
  const owners = [...asked.keys()];
  // A statement of its own, so that the next one sees what others have counted. Sorted, so that two notifiers do not deadlock.
  await session.run(
    'lock mail quotas',
    Prisma.sql`
    SELECT pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended('mail quota ' || owner, 0) AS key
      FROM unnest(${owners}::text[]) AS asked(owner) ORDER BY key) keys`,
  );
  const rows = await session.run<{ owner: string; room: number; next: Date }>(
    'count mails',
    Prisma.sql`
    WITH granted AS (
      SELECT asked.owner, least(asked.mails, greatest(0, ${perHour}::int - coalesce(sum(q.mails), 0)))::int AS mails,
        coalesce(min(q.hour), ${THIS_MINUTE}) + interval '61 minutes' AS next
      FROM unnest(${owners}::text[], ${[...asked.values()]}::int[]) AS asked(owner, mails)
      LEFT JOIN mail_quota q ON q.owner = asked.owner AND q.hour >= ${THIS_MINUTE} - interval '60 minutes'
      GROUP BY asked.owner, asked.mails
    ), counted AS (
      INSERT INTO mail_quota AS q (owner, hour, mails)
      SELECT owner, ${THIS_MINUTE}, mails FROM granted WHERE mails > 0
      ON CONFLICT (owner, hour) DO UPDATE SET mails = q.mails + excluded.mails
    )
    SELECT owner, mails AS room, next FROM granted`,
  );
  const left = new Map(rows.map(({ owner, ...quota }) => [owner, quota]));
  return deliveries.map((delivery) => {
    const quota = delivery.owner === undefined ? undefined : left.get(delivery.owner);
    if (!quota || quota.room-- > 0) return delivery;
    const next = quota.next.toISOString().slice(0, 16).replace('T', ' ');
    const failedReason = `${delivery.owner} has used up the quota of ${perHour} emails an hour (PROCTOR_MAIL_QUOTA_PER_HOUR); an administrator can resend it, and there is room again at ${next} UTC`;
    return { ...delivery, failedReason };
  });
}

/** Removes what no longer counts. May be repeated. */
export async function tidyMailQuota(session: Pick<Session, '$executeRaw'>): Promise<void> {
  await session.$executeRaw`DELETE FROM mail_quota WHERE hour < now() - interval '1 day'`;
}

/** In the column `hour`, which keeps its name for the sake of notifiers that count by the hour. */
const THIS_MINUTE = Prisma.sql`date_trunc('minute', now(), 'UTC')`;
