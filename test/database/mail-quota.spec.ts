import { describe, expect, it } from '@jest/globals';
import type { OutboxEvent } from '@app/database';
import { setUpStores } from '../support/set-up-stores.js';

const stores = setUpStores();
const PER_HOUR = 3;

/** Fans out one event for each mail. @returns how many of them may be sent */
async function send(owner: string, mails: number): Promise<number> {
  await stores.query(
    `insert into notification (event) select 'schedule_paused' from generate_series(1, ${mails})`,
  );
  const decide = ({ notificationId }: OutboxEvent) => [
    { channel: 'mail', recipient: `${notificationId}@x.y`, owner },
  ];
  const { deliveries, mailsOverQuota } = await stores.outbox.fanOut(100, decide, PER_HOUR);
  return deliveries - mailsOverQuota;
}

const sentBefore = (owner: string, mails: number, minutes: number) =>
  stores.query(
    `insert into mail_quota (owner, hour, mails)
     values ($1, date_trunc('minute', now()) - make_interval(mins => $3), $2)`,
    [owner, mails, minutes],
  );

describe('the quota of emails', () => {
  it('counts those of the last 60 minutes, also across a full hour', async () => {
    await sentBefore('ada@x.y', 2, 59);
    expect(await send('ada@x.y', 3)).toBe(1);
    await sentBefore('eve@x.y', 2, 60);
    expect(await send('eve@x.y', 3)).toBe(1);
  });

  it('leaves room for emails that were sent earlier, and for those that failed', async () => {
    await sentBefore('ben@x.y', 100, 61);
    expect(await send('ben@x.y', 10)).toBe(PER_HOUR);
    const [{ mails } = { mails: 0 }] = await stores.query<{ mails: number }>(
      `select mails from mail_quota where owner = 'ben@x.y' order by hour desc limit 1`,
    );
    expect(mails).toBe(PER_HOUR);
  });

  it('says when there is room again', async () => {
    await sentBefore('cyd@x.y', PER_HOUR, 40);
    expect(await send('cyd@x.y', 1)).toBe(0);
    const [{ reason, at } = { reason: '', at: new Date() }] = await stores.query<{
      reason: string;
      at: Date;
    }>(
      `select failed_reason as reason, date_trunc('minute', now()) as at from delivery
       where failed_reason like 'cyd%'`,
    );
    const again = new Date(`${/again at (.{16}) UTC$/.exec(reason)?.[1]}Z`);
    expect(Math.abs(again.getTime() - at.getTime() - 21 * 60_000)).toBeLessThanOrEqual(60_000);
  });

  it('holds for notifiers that count at the same time', async () => {
    await stores.query(
      `insert into notification (event) select 'schedule_paused' from generate_series(1, 8)`,
    );
    const decide = ({ notificationId }: OutboxEvent) => [
      { channel: 'mail', recipient: `${notificationId}@x.y`, owner: 'dan@x.y' },
    ];
    const made = await Promise.all(
      Array.from({ length: 8 }, () => stores.outbox.fanOut(1, decide, PER_HOUR)),
    );
    const sent = made.reduce((sum, { deliveries, mailsOverQuota }) => sum + deliveries - mailsOverQuota, 0);
    expect([made.every(({ events }) => events === 1), sent]).toEqual([true, PER_HOUR]);
  });
});
