import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SIGNALS } from '@app/queue';
import { until } from '../support/api-client.js';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import { testRedisAddress } from '../support/servers.js';

interface Notification {
  id: number;
  event: string;
  execution_id?: number;
  schedule_id?: number;
  channel: string;
  recipient: string;
  state: string;
  attempts: number;
  next_attempt_at?: string;
  failed_reason?: string;
  sent_at?: string;
}

let gateway: TestGateway;
let user: Identity;

beforeAll(async () => {
  gateway = await startTestGateway();
  user = await gateway.createUser('user', []);
  await gateway.call(gateway.admin, 'POST', '/metadata', {
    body: [{ name: 'p', image_name: 'proctor/p:1' }],
  });
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

async function execute(): Promise<number> {
  const answer = await gateway.call(user, 'POST', '/execution', { body: { name: 'p', args: {} } });
  return answer.json<{ id: number }>().id;
}

interface Made {
  event?: string;
  channel?: string;
  recipient?: string;
  state?: string;
  reason?: string | null;
}

/** Stores a delivery as the notifier does. */
async function deliver(executionId: number, made: Made = {}): Promise<number> {
  const { event = 'ended', channel = 'mail', recipient = 'a@example.com', state = 'sent', reason } = made;
  const [row] = await gateway.query<{ id: string }>(
    `with event as (
       insert into notification (execution_id, event, spread_at) values ($1, $2, now())
       on conflict (execution_id, event) do update set spread_at = now() returning id)
     insert into delivery (notification_id, channel, recipient, state, attempts, claim, failed_reason, sent_at, next_attempt_at)
     select id, $3, $4, $5, 3, 3, $6, case when $5 = 'sent' then now() end, '2026-01-01T00:00:00Z' from event
     returning id::text`,
    [executionId, event, channel, recipient, state, reason ?? null],
  );
  return Number(row?.id);
}

async function list(query = ''): Promise<{ notifications: Notification[]; next?: string }> {
  const answer = await gateway.call(gateway.admin, 'GET', `/notification?${query}`);
  expect(answer).toMatchObject({ status: 200 });
  return answer.json();
}

const resend = (id: number | string) =>
  gateway.call(gateway.admin, 'POST', `/notification/${id}/resend`, {
    headers: { accept: 'application/json' },
  });

describe('GET /notification', () => {
  it('filters by state, channel and execution', async () => {
    const [one, other] = [await execute(), await execute()];
    const sent = await deliver(one);
    const failed = await deliver(one, { channel: 'webhook', recipient: '', state: 'failed', reason: 'down' });
    const pending = await deliver(other, { state: 'pending' });
    const idsOf = async (query: string) => (await list(query)).notifications.map(({ id }) => id);
    expect(await idsOf('')).toEqual([pending, failed, sent]);
    expect(await idsOf('state=failed')).toEqual([failed]);
    expect(await idsOf('channel=mail')).toEqual([pending, sent]);
    expect(await idsOf(`execution=${one}`)).toEqual([failed, sent]);
    expect(await idsOf(`execution=${one}&state=sent&channel=mail`)).toEqual([sent]);
    expect(await idsOf('execution=18446744073709551615')).toEqual([]);
    expect((await list(`execution=${other}`)).notifications).toEqual([
      expect.objectContaining({
        ...{ id: pending, event: 'ended', execution_id: other, channel: 'mail', recipient: 'a@example.com' },
        ...{ state: 'pending', attempts: 3, next_attempt_at: '2026-01-01T00:00:00.000Z' },
      }),
    ]);
    const [shown] = (await list('state=failed')).notifications;
    expect(shown).toMatchObject({ failed_reason: 'down' });
    expect(shown).not.toHaveProperty('next_attempt_at');
    expect(shown).not.toHaveProperty('sent_at');
  });

  it('lists all in pages, each once', async () => {
    const id = await execute();
    for (let n = 0; n < 5; n++) await deliver(id, { recipient: `u${n}@example.com` });
    const pages: number[][] = [];
    let query = `execution=${id}&limit=2`;
    for (;;) {
      const { notifications, next } = await list(query);
      pages.push(notifications.map((one) => one.id));
      if (next === undefined) break;
      query = `execution=${id}&limit=2&cursor=${next}`;
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat()).size).toBe(5);
    expect(pages.flat()).toEqual([...pages.flat()].sort((a, b) => b - a));
    expect((await list('cursor=18446744073709551615&limit=1')).notifications).toHaveLength(1);
  });

  it('shows only the origin of a callback, and the id of a schedule', async () => {
    const id = await execute();
    const recipient = 'https://user:s3cret@hooks.example.com:8443/s3cret?token=s3cret';
    const reason = `${recipient} answered 500: /s3cret?token=s3cret`;
    await deliver(id, { channel: 'callback', recipient, state: 'failed', reason });
    const answer = await gateway.call(gateway.admin, 'GET', `/notification?execution=${id}`);
    expect(answer.text).not.toContain('s3cret');
    expect(answer.json<{ notifications: Notification[] }>().notifications).toMatchObject([
      { recipient: 'https://hooks.example.com:8443' },
    ]);
    await gateway.query(
      `with event as (insert into notification (schedule_id, event) values (77, 'schedule_paused') returning id)
       insert into delivery (notification_id, channel, recipient) select id, 'slack', '' from event`,
    );
    const [newest] = (await list('channel=slack')).notifications;
    expect(newest).toMatchObject({ event: 'schedule_paused', schedule_id: 77, recipient: '', attempts: 0 });
    expect(newest).not.toHaveProperty('execution_id');
  });

  it.each(['state=lost', 'limit=0', 'cursor=x', 'execution=-1', 'channel=', 'chanel=mail', 'channel=%00'])(
    'refuses %s',
    async (query) => {
      expect((await gateway.call(gateway.admin, 'GET', `/notification?${query}`)).status).toBe(400);
    },
  );
});

describe('POST /notification/{id}/resend', () => {
  it.each(['sent', 'failed'])('resends a %s notification under the same key', async (state) => {
    const id = await deliver(await execute(), { state, reason: 'no such user' });
    const answer = await resend(id);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json()).toMatchObject({ id, state: 'pending', attempts: 0 });
    expect(answer.json()).not.toHaveProperty('sent_at');
    // The key consists of the notification, the channel and the recipient, so it is the same row.
    const rows = await gateway.query(
      `select state from delivery d where id = $1 and next_attempt_at <= now() and claim = 3`,
      [id],
    );
    expect(rows).toEqual([{ state: 'pending' }]);
  });

  it('wakes the notifiers', async () => {
    const [installation] = await gateway.query<{ id: string }>('select id from installation');
    const redis = new Redis(`redis://${testRedisAddress()}`);
    try {
      const heard: unknown[] = [];
      redis.on('message', (_channel, message) => heard.push(JSON.parse(message)));
      await redis.subscribe(SIGNALS.notification.pattern);
      await resend(await deliver(await execute(), { state: 'failed', reason: 'down' }));
      const { pattern } = SIGNALS.notification;
      const ours = { pattern, data: { installationId: installation?.id } };
      await until(() => heard.some((one) => JSON.stringify(one) === JSON.stringify(ours)), 5_000);
    } finally {
      redis.disconnect();
    }
  });

  it('does not change a pending one', async () => {
    const id = await deliver(await execute(), { state: 'pending' });
    for (const answer of [await resend(id), await resend(id)]) {
      expect(answer.json()).toMatchObject({ state: 'pending', attempts: 3 });
      expect(answer.json()).toMatchObject({ next_attempt_at: '2026-01-01T00:00:00.000Z' });
    }
  });

  it('is audited without the secret parts of a URL', async () => {
    const recipient = 'https://hooks.example.com/s3cret';
    const id = await deliver(await execute(), { channel: 'callback', recipient });
    await resend(id);
    const audit = await gateway.call(gateway.admin, 'GET', `/audit?action=resendNotification&subject=${id}`);
    expect(audit.json<{ events: unknown[] }>().events).toMatchObject([
      { actor: gateway.admin.email, allowed: true, details: { recipient: 'https://hooks.example.com' } },
    ]);
    expect(audit.text).not.toContain('s3cret');
  });

  it.each(['999999999', '0', '9007199254740991', '9007199254740992', '18446744073709551615'])(
    'does not find %s',
    async (id) => {
      const answer = await resend(id);
      expect(answer).toMatchObject({ status: 404 });
      expect(answer.text).toContain(`No such notification: ${id}`);
    },
  );

  it('refuses an invalid id', async () => {
    expect((await resend('x')).status).toBe(400);
  });
});

describe('/whoami/notification', () => {
  const choose = (who: Identity, body: unknown) => gateway.call(who, 'PUT', '/whoami/notification', { body });
  const chosen = async (who: Identity) =>
    (await gateway.call(who, 'GET', '/whoami/notification')).json<{ notify_on: string[] }>().notify_on;

  it('is empty at first, then the user’s own last choice', async () => {
    expect(await chosen(user)).toEqual([]);
    const answer = await choose(user, { notify_on: ['failure', 'slow', 'failure'] });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.json()).toEqual({ notify_on: ['failure', 'slow'] });
    expect(await chosen(user)).toEqual(['failure', 'slow']);
    expect(await chosen(gateway.admin)).toEqual([]);
    expect((await choose(user, { notify_on: [] })).json()).toEqual({ notify_on: [] });
    expect(await chosen(user)).toEqual([]);
  });

  it('is audited', async () => {
    await choose(user, { notify_on: ['start'] });
    const audit = await gateway.call(gateway.admin, 'GET', '/audit?action=setNotifyPreference&limit=1');
    expect(audit.json()).toMatchObject({
      events: [{ actor: user.email, subject: user.email, details: { notifyOn: 'start' } }],
    });
  });

  it.each([
    [{}],
    [{ notify_on: 'failure' }],
    [{ notify_on: ['ended'] }],
    [{ notify_on: Array(5).fill('start') }],
    [[]],
    [null],
  ])('refuses %j and changes nothing', async (body) => {
    await choose(user, { notify_on: ['slow'] });
    expect((await choose(user, body)).status).toBe(400);
    expect(await chosen(user)).toEqual(['slow']);
  });
});

describe('while email is off', () => {
  const setOpen = (channels: string | null) =>
    gateway.query(`update installation set open_channels = $1::text[]`, [channels]);
  afterAll(() => setOpen(null));

  interface Changed {
    warnings?: string[];
  }
  const schedule = async (args: object) => {
    const answer = await gateway.call(user, 'POST', '/schedule', {
      body: {
        jobName: 'p',
        args,
        tags: 't',
        cron: '0 0 * * *',
        notificationEmails: 'a@example.com',
        group: 'g',
        enabled: true,
      },
    });
    expect(answer.status).toBe(201);
    return answer.json<Changed & { id: number }>();
  };
  const OFF = [expect.stringMatching(/^Email is off: /)];

  it('says so in the answer to a schedule, a resend and a preference that need it', async () => {
    const delivery = await deliver(await execute());
    const callback = await deliver(await execute(), { channel: 'callback', recipient: 'https://x.example' });
    await gateway.createUser('member', ['g']);
    await setOpen('{callback}');
    const { id, warnings } = await schedule({});
    expect(warnings).toEqual(OFF);
    const change = async (body: object) =>
      (await gateway.call(user, 'PATCH', `/schedule/${id}`, { body })).json<Changed>().warnings;
    expect(await change({ cron: '1 0 * * *' })).toEqual(OFF);
    expect(await change({ enabled: false })).toBeUndefined();
    expect((await resend(delivery)).json<Changed>().warnings).toEqual(OFF);
    expect((await resend(callback)).json<Changed>().warnings).toBeUndefined();
    const prefer = async (notify_on: string[]) =>
      (await gateway.call(user, 'PUT', '/whoami/notification', { body: { notify_on } })).json<Changed>()
        .warnings;
    expect(await prefer(['failure'])).toEqual(OFF);
    expect(await prefer([])).toBeUndefined();

    await setOpen('{callback,mail}');
    expect(await change({ enabled: true })).toBeUndefined();
    expect((await resend(delivery)).json<Changed>().warnings).toBeUndefined();
    await gateway.call(user, 'DELETE', `/schedule/${id}`);
  });
});

describe('the domains that may get email', () => {
  let strict: TestGateway;
  beforeAll(async () => {
    strict = await startTestGateway({
      databaseUrl: gateway.databaseUrl,
      admin: gateway.admin,
      env: { PROCTOR_MAIL_ALLOWED_DOMAINS: 'corp.example' },
    });
  }, 60_000);
  afterAll(() => strict.remove(), 30_000);

  it('are asked for before a choice is stored, and before a schedule is', async () => {
    const prefer = (notify_on: string[]) =>
      strict.call(user, 'PUT', '/whoami/notification', { body: { notify_on } });
    const before = (await strict.call(user, 'GET', '/whoami/notification')).json();
    const refused = await prefer(['failure']);
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(/Cannot send email to .*PROCTOR_MAIL_ALLOWED_DOMAINS/);
    expect((await strict.call(user, 'GET', '/whoami/notification')).json()).toEqual(before);
    expect(await prefer([])).toMatchObject({ status: 200 });
    const scheduled = await strict.call(user, 'POST', '/schedule', {
      body: {
        ...{ jobName: 'p', args: { N: '1' }, tags: 't', cron: '0 0 * * *', group: 'g', enabled: true },
        notificationEmails: 'a@example.com',
      },
    });
    // v2's clients compare it.
    expect(scheduled).toMatchObject({ status: 400, text: 'Email is invalid' });
  });
});
