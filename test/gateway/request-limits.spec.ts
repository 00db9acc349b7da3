import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { routes } from '@app/contract';
import { procMetadata, startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import { until } from '../support/api-client.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({
    env: {
      PROCTOR_REQUESTS_PER_SECOND: '1',
      PROCTOR_REQUESTS_BURST: '20',
      PROCTOR_COSTLY_REQUESTS_PER_SECOND: '1',
      PROCTOR_COSTLY_REQUESTS_BURST: '3',
      PROCTOR_STREAMS_PER_CALLER: '2',
      PROCTOR_MAX_STREAMS: '3',
    },
  });
}, 60_000);
afterAll(() => gateway.remove(), 60_000);

let users = 0;
const newUser = (): Promise<Identity> => gateway.createUser(`user-${++users}`, []);
const call = (who: Identity | null, path: string) =>
  gateway.call(who, 'GET', path, { headers: { accept: 'application/json' } });

describe('the rate of an account', () => {
  it('is told in each answer, and refused with 429 past the burst', async () => {
    const ada = await newUser();
    const first = await call(ada, '/whoami');
    expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=20;w=20');
    expect(first.headers.get('ratelimit')).toBe('"requests";r=19;t=1');
    const answers = await Promise.all(Array.from({ length: 80 }, () => call(ada, '/whoami')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.length).toBeLessThanOrEqual(61);
    const [one] = refused;
    expect(one?.type).toBe('application/problem+json');
    expect(Number(one?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(one?.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
    expect(one?.json()).toMatchObject({
      status: 429,
      hint: expect.stringMatching(/^Try again in \d+ s/) as unknown,
    });
  });

  it('is the same for every token, and not that of others', async () => {
    const ada = await newUser();
    const other = (await gateway.call(ada, 'POST', '/token', { body: {} })).json<{ token: string }>();
    const tokens = Array.from({ length: 80 }, (_, n) => (n % 2 === 0 ? ada.token : other.token));
    const answers = await Promise.all(tokens.map((token) => call({ ...ada, token }, '/whoami')));
    // Each token alone would get as many.
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(40);
    expect((await call(await newUser(), '/whoami')).status).toBe(200);
  });

  it('counts what it is forbidden', async () => {
    const ada = await newUser();
    const answers = await Promise.all(Array.from({ length: 80 }, () => call(ada, '/user')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403, 429]));
  });

  it('is lower for costly requests, and for large bodies', async () => {
    const ada = await newUser();
    const listed = await Promise.all(Array.from({ length: 10 }, () => call(ada, '/execution')));
    expect(listed.map(({ status }) => status).filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(listed[0]?.headers.get('ratelimit-policy')).toContain('"costly";q=3;w=3');
    expect((await call(ada, '/whoami')).status).toBe(200);
    const bob = await newUser();
    const body = { name: 'none', args: { A: 'x'.repeat(60_000), B: 'x'.repeat(60_000) } };
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => gateway.call(bob, 'POST', '/execution', { body })),
    );
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([404, 429]));
  });
});

describe('a client without credentials', () => {
  it('has the rate of its address, also on unknown paths; health answers anyway', async () => {
    const paths = Array.from({ length: 80 }, (_, n) => (n % 2 === 0 ? '/nothing-here' : '/metrics'));
    const answers = await Promise.all(paths.map((path) => call(null, path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404, 429]));
    expect((await call(null, '/health/live')).status).toBe(200);
    expect((await call(await newUser(), '/whoami')).status).toBe(200);
  });

  it.each(
    Object.values(routes).filter((route) => 'body' in route && route.who !== 'anyone') as {
      method: string;
      path: string;
    }[],
  )('is refused before its body is read: $method $path', async ({ method, path }) => {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `${method} ${path.replaceAll(/:\w+/g, 'x')} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    // The body never comes.
    socket.write(`${head}Content-Length: 1000000\r\nContent-Type: application/json\r\n\r\n{`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 (401|429) /);
  });
});

describe('bodies that are being read', () => {
  it('hold at most 32 MiB of one address, and free it again once they end', async () => {
    const { port } = new URL(gateway.url);
    const people = [await newUser(), await newUser()];
    const sockets = Array.from({ length: 36 }, (_, n) => {
      const { email, token } = people[n % 2]!;
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      const head = `POST /execution HTTP/1.1\r\nHost: 127.0.0.1\r\nEmail-Id: ${email}\r\nAccess-Token: ${token}`;
      // The rest never comes.
      socket.write(`${head}\r\nContent-Length: 1040000\r\n\r\n${' '.repeat(1_000_000)}`);
      return socket;
    });
    const [answer] = (await Promise.race(sockets.map((socket) => once(socket, 'data')))) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 429 [^]*Too many bytes of requests/);
    for (const socket of sockets) socket.destroy();
    const ada = await newUser();
    await until(async () => {
      const body = ' '.repeat(60_000);
      return (await gateway.call(ada, 'POST', '/execution', { body })).status === 400;
    }, 10_000);
  });
});

describe('open streams', () => {
  it('are bounded for each caller and in all, and free again once closed', async () => {
    const [ada, bob] = [await newUser(), await newUser()];
    await gateway.call(gateway.admin, 'POST', '/metadata', { body: [procMetadata('endless')] });
    const submit = async (who: Identity) =>
      (await gateway.call(who, 'POST', '/execution', { body: { name: 'endless', args: {} } })).json<{
        id: number;
      }>().id;
    const id = await submit(ada);
    const opened = [gateway.watch(ada, id), gateway.watch(ada, id)];
    await until(() => gateway.openStreams.count() === 2, 10_000);
    expect(await gateway.watch(ada, id).ended).toMatchObject({
      status: 429,
      body: expect.stringContaining('you may have 2') as unknown,
    });
    expect((await call(ada, `/execution/${id}/log?follow`)).status).toBe(429);
    const other = gateway.watch(bob, id);
    await until(() => gateway.openStreams.count() === 3, 10_000);
    expect(await gateway.watch(bob, id).ended).toMatchObject({ status: 503 });
    opened[0]?.socket.close();
    await until(() => gateway.openStreams.count() === 2, 10_000);
    const again = gateway.watch(ada, id);
    await until(() => gateway.openStreams.count() === 3, 10_000);
    for (const viewer of [...opened, other, again]) viewer.socket.close();
  });
});
