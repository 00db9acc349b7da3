import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ClaimRequest } from '@app/database';
import { explain, readsAll, statementsOf } from '../support/plans.js';
import { setUpStores } from '../support/set-up-stores.js';

const SENT = 200_000;
/** A mail server is down: these wait for their next attempt. */
const WAITING = 10_000;

const stores = setUpStores();

beforeAll(async () => {
  await stores.query(
    `insert into notification (execution_id, event, spread_at) select i, 'ended', now() from generate_series(1, ${SENT + WAITING}) i`,
  );
  await stores.query(
    `insert into delivery (notification_id, channel, recipient, state, attempts, next_attempt_at, sent_at)
     select id, 'mail', 'a@example.org', case when id <= ${SENT} then 'sent' else 'pending' end, 1,
       now() + make_interval(secs => case when id <= ${SENT} then 0 else 600 end), case when id <= ${SENT} then now() end
     from notification`,
  );
  await stores.query(
    `insert into delivery (notification_id, channel, recipient)
     select id, 'callback', 'https://' || id % 10 || '.example.org/' || id from notification order by id desc limit 500`,
  );
  await stores.query(`insert into notification (execution_id, event) values (null, 'ended')`);
  await stores.query('vacuum analyze notification');
  await stores.query('vacuum analyze delivery');
}, 120_000);

const request = (busyHosts: string[] = []): ClaimRequest => ({
  slots: [
    { channel: 'mail', free: 5 },
    { channel: 'callback', free: 20 },
  ],
  busyHosts,
  claimSeconds: 65,
});

describe(`with ${SENT} deliveries sent and ${WAITING} waiting`, () => {
  it.each<[string, number, () => Promise<unknown>]>([
    ['a poll', 20, () => stores.deliveries.poll(['mail', 'callback', 'slack'])],
    ['a claim', 600, () => stores.deliveries.claim(request())],
    [
      'a claim past busy hosts',
      600,
      () => stores.deliveries.claim(request(['1.example.org', '2.example.org'])),
    ],
    ['fanning out', 60, () => stores.outbox.fanOut(100, () => [])],
    ['finding an event', 20, () => stores.outbox.find(77)],
    ['a list', 300, () => stores.notifications.list({}, { before: null, limit: 50 })],
    [
      'a list of failures',
      20,
      () => stores.notifications.list({ state: 'failed' }, { before: null, limit: 50 }),
    ],
    [
      'a list of one channel',
      20,
      () => stores.notifications.list({ channel: 'slack' }, { before: null, limit: 50 }),
    ],
    ['a page', 300, () => stores.notifications.list({ state: 'sent' }, { before: 1_000, limit: 50 })],
    [
      'the notifications of one execution',
      20,
      () => stores.notifications.list({ executionId: 9 }, { before: null, limit: 50 }),
    ],
  ])('%s reads at most %s blocks', async (_what, maxBuffers, work) => {
    const statements = await statementsOf(work, /\b(delivery|notification)\b/);
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) {
      const { plan, buffers } = await explain(stores.url, statement, 'run');
      expect([readsAll(plan, 'delivery'), readsAll(plan, 'notification')]).toEqual([false, false]);
      expect(buffers).toBeLessThanOrEqual(maxBuffers);
    }
  });
});

describe('a claim', () => {
  it('returns the host of a callback in the spelling by which it excludes busy hosts', async () => {
    await stores.query(`insert into delivery (notification_id, channel, recipient, next_attempt_at)
      select id, 'callback', 'http://MÜLLER.Example:80/hook', '2020-01-01' from notification limit 1`);
    const callbacks = { ...request(), slots: [{ channel: 'callback', free: 1 }] };
    const [first] = await stores.deliveries.claim(callbacks);
    expect(first?.recipient).toBe('http://MÜLLER.Example:80/hook');
    await stores.deliveries.giveBack([first!]);
    const [next] = await stores.deliveries.claim({ ...callbacks, busyHosts: [first!.host!] });
    expect(next?.host).toMatch(/^\d\.example\.org$/);
  });
});
