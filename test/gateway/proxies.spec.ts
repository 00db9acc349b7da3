import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

/** As nginx with `$proxy_add_x_forwarded_for` does: appends the client's address to what the client sent. */
async function startProxy(target: string, from?: string): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    const sent = incoming.headers['x-forwarded-for'];
    const client = incoming.socket.remoteAddress ?? '';
    const forwarded = sent === undefined ? client : `${String(sent)}, ${client}`;
    const { port } = new URL(target);
    const options = { host: '127.0.0.1', port, path: incoming.url, ...(from && { localAddress: from }) };
    send({ ...options, headers: { ...incoming.headers, 'x-forwarded-for': forwarded } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
}

describe('the address of a client', () => {
  const open: { gateway: TestGateway; proxies: Server[] }[] = [];
  afterEach(async () => {
    for (const { gateway, proxies } of open.splice(0)) {
      for (const proxy of proxies) {
        proxy.closeAllConnections();
        await new Promise((resolve) => proxy.close(resolve));
      }
      await gateway.remove();
    }
  }, 30_000);

  /** The address that the gateway audits for a request with this header. */
  const setUp = async (trust: string, hops: number, env: Record<string, string> = {}) => {
    const gateway = await startTestGateway({ env: { PROCTOR_TRUST_PROXY: trust, ...env } });
    const proxies: Server[] = [];
    open.push({ gateway, proxies });
    let url = gateway.url;
    for (let hop = 0; hop < hops; hop++) {
      // So that each proxy has an address of its own.
      const proxy = await startProxy(url, `127.0.0.${10 + hop}`);
      proxies.push(proxy);
      url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    }
    return async (forwardedFor: string | null, from = '127.0.0.1') => {
      const headers = { ...(forwardedFor !== null && { 'x-forwarded-for': forwardedFor }) };
      await new Promise<void>((resolve, reject) => {
        const asked = send(`${url}/metadata`, { headers, localAddress: from }, (answer) => {
          answer.resume().once('end', resolve);
        });
        asked.once('error', reject).end();
      });
      await gateway.audit.drain();
      const [row] = await gateway.query<{ address: string }>(
        'select address from audit_event order by id desc limit 1',
      );
      return row?.address;
    };
  };

  it('is what one trusted proxy saw, whatever the client claims', async () => {
    const audited = await setUp('1', 1);
    expect(await audited(null, '127.0.0.99')).toBe('127.0.0.99');
    expect(await audited('198.51.100.1', '127.0.0.99')).toBe('127.0.0.99');
    expect(await audited('127.0.0.1, 198.51.100.1, nonsense', '127.0.0.99')).toBe('127.0.0.99');
  }, 30_000);

  it('is what the outer of two trusted proxies saw', async () => {
    const audited = await setUp('2', 2);
    expect(await audited('198.51.100.1, 198.51.100.2', '127.0.0.99')).toBe('127.0.0.99');
  }, 30_000);

  it('is what the proxy of a trusted address saw, and that of any other client its own', async () => {
    const behind = await setUp('127.0.0.10', 1);
    expect(await behind('198.51.100.1', '127.0.0.99')).toBe('127.0.0.99');
    const direct = await setUp('127.0.0.10', 0);
    expect(await direct('198.51.100.1', '127.0.0.99')).toBe('127.0.0.99');
    expect(await direct('198.51.100.1', '127.0.0.10')).toBe('198.51.100.1');
  }, 30_000);

  it('is its own without trusted proxies', async () => {
    for (const trust of ['false', '0']) {
      expect(await (await setUp(trust, 0))('198.51.100.1', '127.0.0.99')).toBe('127.0.0.99');
    }
  }, 30_000);

  it('is no text that a proxy made up', async () => {
    const audited = await setUp('loopback', 0);
    expect(await audited('198.51.100.1, unknown')).toBe('127.0.0.1');
    expect(await audited('unknown, 198.51.100.1:4711')).toBe('198.51.100.1');
    expect(await audited('2001:db8::7')).toBe('2001:db8::7');
  }, 30_000);

  it('is found where IPv4 arrives over IPv6', async () => {
    const env = { PROCTOR_APP_HOST: '::' };
    expect(await (await setUp('127.0.0.10', 1, env))('198.51.100.1', '127.0.0.99')).toBe('127.0.0.99');
    expect(await (await setUp('::ffff:127.0.0.10', 1, env))('198.51.100.1', '127.0.0.99')).toBe('127.0.0.99');
    const direct = await setUp('127.0.0.10', 0, env);
    expect(await direct('198.51.100.1', '127.0.0.99')).toBe('::ffff:127.0.0.99');
  }, 30_000);
});
