import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestProxy } from '../../libs/outbound/src/testing/index.js';
import { until } from '../support/api-client.js';
import { openNotifierBench, sealedCallback, type NotifierBench } from '../support/notifier.js';
import { tempDir, textOfTables } from '../support/servers.js';
import { startService } from '../support/service-process.js';
import { WebTarget, type ReceivedRequest } from '../support/web-target.js';

const SECRET = 'the secret of the webhook';

let bench: NotifierBench;
let target: WebTarget;
const folder = tempDir();
beforeAll(async () => {
  [bench, target] = await Promise.all([openNotifierBench(), WebTarget.start()]);
}, 30_000);
afterAll(async () => {
  await bench?.close();
  await target?.close();
  folder.remove();
}, 30_000);
beforeEach(() => {
  target.requests.length = 0;
  target.answer = () => ({ status: 200 });
});

const signed = (more: Record<string, string> = {}) => ({ PROCTOR_WEBHOOK_SECRET: SECRET, ...more });

function verify({ headers, body }: ReceivedRequest): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['proctor-signature']));
  const [, seconds = '', hex] = match ?? [];
  const isRecent = Math.abs(Date.now() / 1_000 - Number(seconds)) < 60;
  return isRecent && createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex') === hex;
}

describe('the webhook', () => {
  it('receives the end of each execution, signed, and retries under the same key', async () => {
    await bench.useNotifier(signed({ PROCTOR_WEBHOOK_URL: `${target.url}/hook` }));
    let isFirst = true;
    target.answer = () => {
      const status = isFirst ? 503 : 204;
      isFirst = false;
      return { status, body: status === 503 ? 'come back\r\nlater' : '' };
    };
    const id = await bench.end({
      submission: { args: { NAME: 'wörld' }, secretArgs: { PIN: { ciphertext: 'eA==', keyId: 'k' } } },
      status: 'POD_FAILED',
      exitCode: 2,
    });
    await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 15_000);
    expect((await bench.deliveriesOf(id))[0]).toMatchObject({
      channel: 'webhook',
      state: 'pending',
      failedReason: 'the server answered 503: come back later',
    });
    const [record] = await bench.settled(id, ['sent']);
    const requests = target.at('/hook');
    expect(requests).toHaveLength(2);
    for (const request of requests) {
      expect(verify(request)).toBe(true);
      expect(request.headers).toMatchObject({
        'content-type': 'application/json',
        'proctor-delivery': String(record?.id),
        'idempotency-key': requests[0]?.headers['idempotency-key'],
        host: `127.0.0.1:${target.port}`,
      });
    }
    expect(verify({ ...requests[0]!, body: `${requests[0]!.body} ` })).toBe(false);
    expect(JSON.parse(requests[0]!.body)).toMatchObject({
      event: 'execution.ended',
      delivery_id: record?.id,
      channel: 'webhook',
      execution: {
        id,
        job_name: 'plain',
        image_tag: 'proctor/test:1',
        status: 'POD_FAILED',
        exit_code: 2,
        args: { NAME: 'wörld', PIN: '***' },
        user_email: 'ada@example.org',
      },
    });
  }, 30_000);

  it('waits as long as the server asks', async () => {
    await bench.useNotifier(signed({ PROCTOR_WEBHOOK_URL: `${target.url}/hook` }));
    target.answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    const id = await bench.end();
    await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 15_000);
    const inMs = ((await bench.deliveriesOf(id))[0]?.nextAttemptAt?.getTime() ?? 0) - Date.now();
    expect(inMs).toBeGreaterThan(110_000);
  }, 30_000);
});

describe('callback_url', () => {
  const callbackTo = (url: string) => bench.end({ submission: { callback: sealedCallback(bench, url) } });

  it('is in no table, and waits for a notifier that has the key', async () => {
    await bench.useNotifier(signed({ PROCTOR_OUTBOUND_ALLOWED: '127.0.0.0/8', PROCTOR_SECRET_KEY: '' }));
    const path = '/hook/a-cr3dential';
    const id = await callbackTo(`${target.url}${path}`);
    const first = async () => (await bench.deliveriesOf(id))[0];
    await until(async () => (await first())?.failedReason != null, 15_000);
    expect(await first()).toMatchObject({
      ...{ state: 'pending', attempts: 0, recipient: target.url },
      failedReason: expect.stringContaining('set PROCTOR_SECRET_KEY on the notifier'),
    });
    for (const text of await textOfTables(bench.stores.url)) expect(text).not.toContain('a-cr3dential');
    await bench.stores.query(`update delivery set next_attempt_at = now() where channel = 'callback'`);
    await bench.useNotifier(signed({ PROCTOR_OUTBOUND_ALLOWED: '127.0.0.0/8' }));
    await bench.settled(id, ['sent']);
    expect(target.at(path).map(verify)).toEqual([true]);
  }, 60_000);

  it('of an execution from before it was sealed is sent too, also without the key', async () => {
    await bench.useNotifier(signed({ PROCTOR_OUTBOUND_ALLOWED: '127.0.0.0/8', PROCTOR_SECRET_KEY: '' }));
    const id = await bench.end({ callbackUrl: `${target.url}/before` });
    const [sent] = await bench.settled(id, ['sent']);
    expect(sent?.recipient).toBe(target.url);
    expect(target.at('/before').map(verify)).toEqual([true]);
  }, 60_000);

  it('refuses addresses that are not public, and follows no redirect to one', async () => {
    await bench.useNotifier(signed());
    const refused = [
      `${target.url}/secret`,
      `http://localhost:${target.port}/secret`,
      `http://[::ffff:127.0.0.1]:${target.port}/secret`,
      'http://169.254.169.254/latest/meta-data/',
      `http://user:pass@127.0.0.1:${target.port}/secret`,
    ];
    for (const url of refused) {
      const [failed] = await bench.settled(await callbackTo(url), ['failed']);
      expect(failed).toMatchObject({ channel: 'callback', attempts: 1 });
      expect(failed?.failedReason).toMatch(
        /is not a public address\. .*PROCTOR_OUTBOUND_ALLOWED|user name or password/,
      );
    }
    expect(target.requests).toEqual([]);
  }, 60_000);

  it('go through the proxy, which is asked for nothing that is not allowed', async () => {
    const proxy = await TestProxy.start();
    try {
      const hook = `http://hooks.test:${target.port}`;
      await bench.useNotifier(
        signed({
          ...{ HTTP_PROXY: proxy.url, PROCTOR_WEBHOOK_URL: `${hook}/hook` },
          PROCTOR_OUTBOUND_ALLOWED: '10.1.0.0/16,callbacks.test',
        }),
      );
      // The operator named this host, so the proxy may resolve it.
      const named = await callbackTo(`http://callbacks.test:${target.port}/done`);
      await bench.settled(named, ['sent', 'sent']);
      // An address is tunnelled to, as it was checked.
      await bench.settled(await callbackTo(`http://10.1.2.3:${target.port}/done`), ['sent', 'sent']);
      expect(target.at('/done').map(verify)).toEqual([true, true]);
      for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/latest/meta-data/']) {
        const deliveries = await bench.settled(await callbackTo(url), ['failed', 'sent']);
        expect(deliveries.find(({ channel }) => channel === 'callback')?.failedReason).toMatch(
          /is not a public address/,
        );
      }
      expect(new Set(proxy.requests)).toEqual(
        new Set([
          `POST ${hook}/hook`,
          `POST http://callbacks.test:${target.port}/done`,
          `CONNECT 10.1.2.3:${target.port}`,
        ]),
      );
    } finally {
      await proxy.close();
    }
  }, 60_000);

  it('calls allowed addresses, signed, and follows none of their redirects', async () => {
    await bench.useNotifier(signed({ PROCTOR_OUTBOUND_ALLOWED: '127.0.0.0/8' }));
    target.answer = ({ path }) =>
      path === '/moved' ? { status: 307, headers: { location: `${target.url}/elsewhere` } } : { status: 200 };
    const id = await callbackTo(`${target.url}/done?token=1`);
    await bench.settled(id, ['sent']);
    expect(target.at('/done?token=1').map(verify)).toEqual([true]);
    expect(JSON.parse(target.requests[0]!.body)).toMatchObject({ channel: 'callback', execution: { id } });
    const [moved] = await bench.settled(await callbackTo(`${target.url}/moved`), ['failed']);
    expect(moved?.failedReason).toBe('the server answered 307: redirects are not followed');
    expect(target.at('/elsewhere')).toEqual([]);
    const nobody = await callbackTo('http://127.0.0.1:1/');
    await until(async () => (await bench.deliveriesOf(nobody))[0]?.failedReason != null, 15_000);
    expect((await bench.deliveriesOf(nobody))[0]).toMatchObject({
      state: 'pending',
      failedReason: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  }, 60_000);

  it('may be longer than a Postgres index row', async () => {
    await bench.useNotifier(signed({ PROCTOR_OUTBOUND_ALLOWED: '127.0.0.0/8' }));
    const signs = Array.from({ length: 1_000 }, (_, n) =>
      String.fromCodePoint(0x4e00 + ((n * 7_919) % 20_000)),
    );
    const path = `/${signs.join('')}`;
    await bench.settled(await callbackTo(`${target.url}${path}`), ['sent']);
    expect(target.at(encodeURI(path)).map(verify)).toEqual([true]);
  }, 30_000);

  it('is not held up by a server that hangs or never finishes its response', async () => {
    await bench.useNotifier(
      signed({ PROCTOR_OUTBOUND_ALLOWED: '127.0.0.0/8', PROCTOR_NOTIFICATION_SEND_SECONDS: '10' }),
    );
    const hanging = await WebTarget.start();
    hanging.answer = () => 'hang';
    try {
      const stuck = [];
      for (let n = 0; n < 30; n++) stuck.push(await callbackTo(`${hanging.url}/${n}`));
      await until(() => hanging.requests.length >= 3, 15_000);
      const startedAtMs = performance.now();
      await bench.settled(await callbackTo(`${target.url}/quick`), ['sent'], 9_000);
      expect(performance.now() - startedAtMs).toBeLessThan(9_000);
      expect(hanging.requests).toHaveLength(3);
      hanging.answer = () => ({ status: 200, body: 'x'.repeat(5_000_000) });
      for (const id of stuck) await bench.settled(id, ['sent'], 40_000);
    } finally {
      await hanging.close();
    }
  }, 90_000);
});

describe('Slack', () => {
  it('receives the end of each execution, escaped; its URL stays out of records and logs', async () => {
    const notifier = await bench.useNotifier({
      PROCTOR_NOTIFICATION_PLUGIN_BINARY: 'slack',
      PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: 'SlackNotification',
      SLACK_PLUGIN_URL: `${target.url}/services/T0/B0/hush`,
      PROCTOR_PUBLIC_URL: 'https://proctor.example.org',
    });
    target.answer = () => ({ status: 500, body: 'rollup_error' });
    const id = await bench.end({
      submission: { userEmail: 'a<!channel>&b@example.org' },
      status: 'POD_FAILED',
      reason: '<https://evil.example|click> & more',
    });
    await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 15_000);
    target.answer = () => ({ status: 200, body: 'ok' });
    const [record] = await bench.settled(id, ['sent']);
    expect(record).toMatchObject({ channel: 'slack', recipient: '' });
    const { body } = target.at('/services/T0/B0/hush').at(-1)!;
    expect(body).toContain('a&lt;!channel&gt;&amp;b@example.org');
    expect(body).toContain('&lt;https[:]//evil.example|click&gt; &amp; more');
    expect(body).toContain(`<https://proctor.example.org/console/executions/${id}|More>`);
    expect(body).not.toMatch(/<!channel|<https:\/\/evil/);
    expect(notifier.output()).not.toContain('hush');
  }, 30_000);
});

describe("an operator's plugin", () => {
  it('receives each execution in the format of v2, and again if it throws or hangs', async () => {
    const heard = join(folder.path, 'heard.jsonl');
    const path = join(folder.path, 'own.mjs');
    writeFileSync(heard, '');
    writeFileSync(
      path,
      `import { appendFileSync } from 'node:fs';
      let calls = 0;
      export class Tell {
        constructor({ env }) { this.file = env.HEARD; }
        async onNotify(event) {
          if (++calls === 1) throw new Error('not now\\nat all');
          if (calls === 2) await new Promise(() => {});
          appendFileSync(this.file, JSON.stringify(event) + '\\n');
        }
      }`,
    );
    await bench.useNotifier({
      PROCTOR_NOTIFICATION_PLUGIN_BINARY: path,
      PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: 'Tell',
      HEARD: heard,
    });
    const id = await bench.end({ submission: { args: { A: '1' } } });
    await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 15_000);
    expect((await bench.deliveriesOf(id))[0]?.failedReason).toMatch(/onNotify threw Error: not now$/);
    const [record] = await bench.settled(id, ['sent'], 30_000);
    expect(record).toMatchObject({ channel: `plugin:${path}`, attempts: 3 });
    const lines = readFileSync(heard, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        type: 'EXECUTION_EVENT',
        user: { email: 'ada@example.org' },
        content: {
          ExecutionID: String(id),
          JobName: 'plain',
          ImageTag: 'proctor/test:1',
          Args: '{"A":"1"}',
          Status: 'FINISHED',
        },
      },
    ]);
  }, 60_000);
});

describe('deliveries', () => {
  it('are listed newest first, by state, channel and execution, in pages', async () => {
    await bench.useNotifier(signed({ PROCTOR_WEBHOOK_URL: `${target.url}/hook` }));
    const ids = [await bench.end(), await bench.end(), await bench.end()];
    for (const id of ids) await bench.settled(id, ['sent']);
    const { notifications } = bench;
    const filter = { state: 'sent', channel: 'webhook' } as const;
    const first = await notifications.list(filter, { before: null, limit: 2 });
    const second = await notifications.list(filter, { before: first[1]!.id, limit: 1 });
    expect([...first, ...second].map(({ executionId }) => executionId)).toEqual([...ids].reverse());
    expect(
      await notifications.list({ executionId: ids[0], state: 'failed' }, { before: null, limit: 5 }),
    ).toEqual([]);
    expect(first[0]).toMatchObject({ event: 'ended', attempts: 1, nextAttemptAt: null, failedReason: null });
  }, 30_000);
});

describe('a notifier with an invalid configuration', () => {
  it('reports every problem and does not start', async () => {
    const service = await startService('notifier', 'apps/notifier/src/main.js', {
      PROCTOR_POSTGRES_USER: 'u',
      PROCTOR_POSTGRES_HOST: '127.0.0.1',
      PROCTOR_POSTGRES_DATABASE: 'd',
      PROCTOR_REDIS_ADDRESS: '127.0.0.1:1',
      PROCTOR_MAIL_TLS: 'maybe',
      PROCTOR_WEBHOOK_URL: 'ftp://example.org/hush',
      PROCTOR_NOTIFICATION_PLUGIN_BINARY: '/plugins/slack-notification.so,slack',
      PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: 'SlackNotification',
    });
    expect(await service.exited).toMatchObject({ code: 1 });
    for (const part of [
      /5 problems/,
      /PROCTOR_MAIL_TLS: expected one of starttls, required, implicit, off/,
      /PROCTOR_WEBHOOK_URL: expected an http or https URL/,
      /PROCTOR_NOTIFICATION_PLUGIN_BINARY: expected slack, which ships with Proctor/,
      /PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: expected as many names/,
      /SLACK_PLUGIN_URL: expected the URL that the plugin slack sends to/,
    ]) {
      expect(service.output()).toMatch(part);
    }
    expect(service.output()).not.toContain('hush');
  }, 30_000);
});
