import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import {
  createServer as createNetServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Outbound } from './outbound.js';
import { postJson, type PostRequest } from './post-json.js';
import { readOutboundSettings } from './read-outbound-settings.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function listen(server: Server | NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  cleanUps.push(async () => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

const post = (url: string, changes: Partial<PostRequest> = {}) =>
  postJson({
    outbound: new Outbound(readOutboundSettings({}).settings),
    target: { url: new URL(url), addresses: [{ address: '127.0.0.1', family: 4 }] },
    body: '{"a":"ü"}',
    headers: { 'proctor-delivery': '1' },
    connectTimeoutMs: 2_000,
    signal: AbortSignal.timeout(5_000),
    ...changes,
  });

describe('postJson', () => {
  it('connects to the checked address, and sends the host name of the URL', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const port = await listen(
      createHttpServer((request, response) => {
        void text(request).then((body) => {
          seen.push({ request, body });
          response.writeHead(302, { location: '/elsewhere', 'retry-after': '7' }).end('moved');
        });
      }),
    );
    // The name does not exist: a second DNS lookup would fail.
    const answer = await post(`http://hooks.invalid:${port}/x?y=1`);
    expect(answer).toEqual({ status: 302, retryAfterMs: 7_000, text: 'moved' });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toBe('{"a":"ü"}');
    expect(seen[0]?.request).toMatchObject({
      method: 'POST',
      url: '/x?y=1',
      headers: { host: `hooks.invalid:${port}`, 'content-length': '10', 'proctor-delivery': '1' },
    });
  });

  it('sends the host name in TLS too', async () => {
    const hello = new Promise<Buffer>((resolve) => {
      const server = createNetServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (data) => {
          resolve(data);
          socket.destroy();
        });
      });
      void listen(server).then((port) => post(`https://hooks.invalid:${port}/`).catch(() => undefined));
    });
    expect((await hello).toString('latin1')).toContain('hooks.invalid');
  });

  it('times out if the TLS handshake never finishes', async () => {
    const port = await listen(createNetServer((socket) => socket.on('error', () => undefined)));
    await expect(post(`https://hooks.invalid:${port}/`, { connectTimeoutMs: 100 })).rejects.toThrow(
      'no connection within 0.1 s',
    );
  });

  it('aborts with its signal if there is no response', async () => {
    const port = await listen(createHttpServer(() => undefined));
    const signal = AbortSignal.timeout(100);
    await expect(post(`http://hooks.invalid:${port}/`, { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('reads the beginning of an endless response', async () => {
    const port = await listen(
      createHttpServer((_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'.repeat(1_000)), 1);
        response.on('close', () => clearInterval(timer));
      }),
    );
    const answer = await post(`http://hooks.invalid:${port}/`);
    expect(answer).toEqual({ status: 200, retryAfterMs: null, text: 'x'.repeat(2_048) });
  });

  it('takes the status of a response whose body is cut off', async () => {
    const port = await listen(
      createHttpServer((_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half', () => response.destroy());
      }),
    );
    expect(await post(`http://hooks.invalid:${port}/`)).toMatchObject({ status: 200 });
  });
});
