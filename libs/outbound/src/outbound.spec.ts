import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchOver } from './fetch-over.js';
import { Outbound } from './outbound.js';
import { readOutboundSettings } from './read-outbound-settings.js';
import { listen, TestProxy, type OpenServer } from './testing/index.js';

let proxy: TestProxy;
let server: OpenServer;
const seen: string[] = [];
beforeAll(async () => {
  proxy = await TestProxy.start();
  server = await listen(
    createServer((request, response) => {
      seen.push(`${request.method} ${request.url} at ${request.headers.host}`);
      if (request.url === '/empty') return void response.writeHead(204).end();
      if (request.url === '/away') return void response.writeHead(302, { location: '/' }).end();
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      void text(request).then((body) => response.end(`got ${body}`));
    }),
  );
});
beforeEach(() => {
  seen.length = 0;
  proxy.requests.length = 0;
});
afterAll(async () => {
  await server.close();
  await proxy.close();
});

const open = (env: Record<string, string> = {}) => new Outbound(readOutboundSettings(env).settings);
const post = async (outbound: Outbound, url: string, more: object = {}) => {
  const signal = AbortSignal.timeout(5_000);
  return text(await outbound.send(new URL(url), { method: 'POST', body: 'x', signal, ...more }));
};

describe('Outbound', () => {
  it('connects directly without a proxy', async () => {
    expect(await post(open(), `http://localhost:${server.port}/a?b=1`)).toBe('got x');
    expect(seen).toEqual([`POST /a?b=1 at localhost:${server.port}`]);
    expect(proxy.requests).toEqual([]);
  });

  it('has the proxy forward plain HTTP', async () => {
    const url = `http://site.test:${server.port}/a?b=1`;
    expect(await post(open({ HTTP_PROXY: proxy.url }), url)).toBe('got x');
    expect(proxy.requests).toEqual([`POST ${url}`]);
    expect(seen).toEqual([`POST /a?b=1 at site.test:${server.port}`]);
  });

  it('has the proxy connect to a checked address, not to the name', async () => {
    const pinnedTo = [{ address: '127.0.0.1', family: 4 }];
    const url = `http://site.test:${server.port}/`;
    expect(await post(open({ HTTP_PROXY: proxy.url }), url, { pinnedTo })).toBe('got x');
    expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
    expect(seen).toEqual([`POST / at site.test:${server.port}`]);
  });

  it('connects to a checked address directly', async () => {
    const pinnedTo = [{ address: '127.0.0.1', family: 4 }];
    expect(await post(open(), `http://nowhere.invalid:${server.port}/`, { pinnedTo })).toBe('got x');
  });

  it("rejects with the signal's reason, also while the proxy connects", async () => {
    const silent = await listen(createServer(() => undefined).on('connect', () => undefined));
    try {
      for (const proxyAddress of ['', `127.0.0.1:${silent.port}`]) {
        const signal = AbortSignal.timeout(100);
        const url = proxyAddress === '' ? `http://127.0.0.1:${silent.port}/` : 'https://site.test/';
        await expect(post(open({ HTTPS_PROXY: proxyAddress }), url, { signal })).rejects.toMatchObject({
          name: 'TimeoutError',
        });
      }
    } finally {
      await silent.close();
    }
  });
});

describe('fetchOver', () => {
  const url = (path = '/') => `http://site.test:${server.port}${path}`;
  const proxied = (...request: Parameters<typeof fetch>) =>
    fetchOver(open({ HTTP_PROXY: proxy.url }))(...request);

  it('is as the global fetch, but asks the proxy', async () => {
    const body = new URLSearchParams({ a: 'ü' });
    const response = await proxied(new URL(url('/a')), { method: 'POST', body });
    expect(await response.text()).toBe('got a=%C3%BC');
    expect([response.status, response.ok, response.headers.getSetCookie()]).toEqual([
      200,
      true,
      ['a=1', 'b=2'],
    ]);
    expect(proxy.requests).toEqual([`POST ${url('/a')}`]);
    expect((await proxied(url('/empty'))).body).toBeNull();
  });

  it('follows no redirect, which could lead elsewhere', async () => {
    const response = await proxied(url('/away'));
    expect([response.status, response.headers.get('location')]).toEqual([302, '/']);
  });

  it('rejects in words, or with the reason of the signal', async () => {
    const gone = await listen(createServer());
    await gone.close();
    await expect(fetchOver(open())(`http://127.0.0.1:${gone.port}/?secret`)).rejects.toThrow(
      `Cannot reach http://127.0.0.1:${gone.port}: connection refused.`,
    );
    const over = AbortSignal.abort(new Error('over'));
    await expect(fetchOver(open())(url(), { signal: over })).rejects.toThrow('over');
  });
});
