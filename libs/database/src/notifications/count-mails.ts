import type { Session } from '../connection/database.js';
import type { PreparedSession } from '../connection/prepared.js';
import { Prisma } from '../generated/client.js';
import type { Recipient } from './recipient.js';

/** One target of one event. */
export type NewDelivery = Recipient & { notificationId: bigint; failedReason: string | null };

/**
 * Counts mails toward the hour of their owners, in the transaction that creates them, and fails those beyond the quota. Exact
 * with any number of notifiers: an owner's row is locked until the end of the transaction.
 */
export async function countMails(
  session: PreparedSession,
  deliveries: readonly NewDelivery[],
  perHour: number,
): Promise<NewDelivery[]> {
  const asked = new Map<string, number>();
  for (const { owner } of deliveries) if (owner !== undefined) asked.set(owner, (asked.get(owner) ?? 0) + 1);
  if (asked.size === 0) return [...deliveries];
  // Sorted, so that two notifiers do not deadlock.
  const owners = [...asked.keys()].sort();
  const rows = await session.run<{ owner: string; mails: number; next: Date }>(
    'count mails',
    Prisma.sql`
    INSERT INTO mail_quota AS q (owner, hour, mails)
    SELECT asked.owner, date_trunc('hour', now(), 'UTC'), asked.mails
    FROM unnest(${owners}::text[], ${owners.map((owner) => asked.get(owner) ?? 0)}::int[]) AS asked(owner, mails)
    ORDER BY asked.owner
    ON CONFLICT (owner, hour) DO UPDATE SET mails = q.mails + excluded.mails
    RETURNING q.owner, q.mails, q.hour + interval '1 hour' AS next`,
  );
  const left = new Map(
    rows.map(({ owner, mails }) => [owner, perHour - (mails - (asked.get(owner) ?? 0))] as const),
  );
  const next = rows[0]?.next.toISOString().slice(0, 16).replace('T', ' ') ?? '';
  return deliveries.map((delivery) => {
    if (delivery.owner === undefined) return delivery;
    const room = left.get(delivery.owner) ?? 0;
    left.set(delivery.owner, room - 1);
    const failedReason = `${delivery.owner} has used up the quota of ${perHour} emails an hour (PROCTOR_MAIL_QUOTA_PER_HOUR); an administrator can resend it, and the next hour begins at ${next} UTC`;
    return room > 0 ? delivery : { ...delivery, failedReason };
  });
}

/** Removes what no longer counts. May be repeated. */
export async function tidyMailQuota(session: Pick<Session, '$executeRaw'>): Promise<void> {
  await session.$executeRaw`DELETE FROM mail_quota WHERE hour < now() - interval '1 day'`;
}
