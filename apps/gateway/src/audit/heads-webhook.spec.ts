import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { HeadsWebhook } from './heads-webhook.js';

let server: Server;
/** Of the next requests; 200 after the last one. */
let answers: number[];
let received: { path: string; signature: string; body: string }[];
let warnings: string[];

beforeEach(async () => {
  [answers, received, warnings] = [[], [], []];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { url = '', headers } = request;
      received.push({ path: url, signature: String(headers['proctor-signature']), body });
      response.writeHead(answers.shift() ?? 200, { location: '/elsewhere' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

const webhook = () =>
  new HeadsWebhook({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/heads`,
    secret: 'shared',
    outbound: new Outbound(readOutboundSettings({}).settings),
    installationId: 'abcd1234',
    logger: { warn: (_: unknown, message?: string) => void warnings.push(message ?? '') } as never,
    firstRetryMs: 20,
  });

async function until(isThere: () => boolean): Promise<void> {
  for (let tries = 0; !isThere(); tries++) {
    if (tries > 300) throw new Error('not within 3 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const nsOf = () => received.map(({ body }) => (JSON.parse(body) as { n: number }).n);

describe('HeadsWebhook', () => {
  it('posts a head, signed, with the installation that it is of', async () => {
    const hook = webhook();
    hook.send({ n: 5, hash: 'ab' });
    await until(() => received.length === 1);
    const [{ path, signature, body }] = received as [(typeof received)[number]];
    expect([path, JSON.parse(body)]).toEqual([
      '/heads',
      { type: 'AUDIT_HEAD', installation: 'abcd1234', n: 5, hash: 'ab' },
    ]);
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    expect(mac).toBe(createHmac('sha256', 'shared').update(`${seconds}.${body}`).digest('hex'));
    await hook.close();
    expect(received).toHaveLength(1);
  });

  it('retries until the server accepts it, and follows no redirect', async () => {
    answers = [500, 302];
    const hook = webhook();
    hook.send({ n: 5, hash: 'ab' });
    await until(() => received.length === 3);
    await hook.close();
    expect(received.map(({ path }) => path)).toEqual(['/heads', '/heads', '/heads']);
    expect(warnings).toHaveLength(2);
  });

  it('sends a newer head instead of one that was refused', async () => {
    answers = [503];
    const hook = webhook();
    hook.send({ n: 5, hash: 'ab' });
    await until(() => warnings.length === 1);
    hook.send({ n: 6, hash: 'cd' });
    await until(() => received.length === 2);
    await hook.close();
    expect(nsOf()).toEqual([5, 6]);
  });

  it('tries once more when it is closed', async () => {
    answers = [503];
    const hook = webhook();
    hook.send({ n: 5, hash: 'ab' });
    await until(() => warnings.length === 1);
    await hook.close();
    expect(nsOf()).toEqual([5, 5]);
  });
});
