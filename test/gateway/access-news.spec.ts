import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/api-client.js';
import { identityHeaders, startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import { createDatabase } from '../support/servers.js';

/** A minute is the fallback without Redis. */
const SOON_MS = 5_000;

let database: Awaited<ReturnType<typeof createDatabase>>;
/** The change is made on the one gateway, and the stream is open on the other. */
let changing: TestGateway;
let streaming: TestGateway;
let count = 0;

const proc = (name: string, groups: string[]) => ({
  ...{ name, image_name: `proctor/${name}:1`, authorized_groups: groups },
});

beforeAll(async () => {
  database = await createDatabase();
  changing = await startTestGateway({ databaseUrl: database.url });
  streaming = await startTestGateway({ databaseUrl: database.url, adminName: 'other-admin' });
  await change('POST', '/metadata', [proc('watched', ['viewers'])]);
}, 60_000);
afterAll(async () => {
  await streaming?.remove();
  await changing?.remove();
  await database?.drop();
}, 30_000);

async function change(method: string, path: string, body?: unknown): Promise<void> {
  const { status, text } = await changing.call(changing.admin, method, path, { body });
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
}

/** Someone who watches the log of another's execution, with a token of their own. */
async function someViewer(): Promise<Identity & { id: string }> {
  const { email } = await changing.createUser(`viewer-${++count}`, ['viewers']);
  const made = await changing.call(changing.admin, 'POST', '/token', { body: { email } });
  return { email, ...made.json<{ id: string; token: string }>() };
}

async function anExecution(name = 'watched'): Promise<number> {
  const made = await changing.call(changing.admin, 'POST', '/execution', { body: { name, args: {} } });
  return made.json<{ id: number }>().id;
}

/** Reads a response until it ends. Resolves when that was. */
function readUntilCut(gateway: TestGateway, who: Identity, path: string) {
  const seen = { bytes: 0 };
  const cut = new Promise<number>((resolve, reject) => {
    const outgoing = request(`${gateway.url}${path}`, { headers: identityHeaders(who) }, (response) => {
      response.on('data', (chunk: Buffer) => (seen.bytes += chunk.length));
      response.on('close', () => resolve(performance.now()));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
  return { seen, cut };
}

describe('an open stream on another gateway', () => {
  it.each<[string, (viewer: Identity & { id: string }) => Promise<void>]>([
    ['its token is revoked', ({ id }) => change('DELETE', `/token/${id}`)],
    ['its account is disabled', ({ email }) => change('PATCH', `/user/${email}`, { active: false })],
    ['its account is removed', ({ email }) => change('DELETE', `/user/${email}`)],
    ['its account leaves the group', ({ email }) => change('DELETE', `/group/viewers/member/${email}`)],
    ['its groups are replaced', ({ email }) => change('PATCH', `/user/${email}`, { groups: [] })],
  ])(
    'ends within five seconds after %s, over a WebSocket and as text',
    async (_what, take) => {
      const [viewer, bystander] = [await someViewer(), await someViewer()];
      const id = await anExecution();
      await streaming.addRows(id, [{ text: 'secret' }]);
      const socket = streaming.watch(viewer, id);
      const text = readUntilCut(streaming, viewer, `/execution/${id}/log?follow=true`);
      const stays = streaming.watch(bystander, id);
      await until(() => socket.lines().length > 0 && stays.lines().length > 0 && text.seen.bytes > 0, 10_000);
      await take(viewer);
      const changedAt = performance.now();
      expect(await socket.ended).toMatchObject({ code: 1008 });
      expect((await text.cut) - changedAt).toBeLessThan(SOON_MS);
      expect(performance.now() - changedAt).toBeLessThan(SOON_MS);
      expect(stays.socket.readyState).toBe(stays.socket.OPEN);
      stays.socket.terminate();
    },
    30_000,
  );

  it('ends when the token ends that its own was made with', async () => {
    const viewer = await someViewer();
    const child = await changing.call(viewer, 'POST', '/token', { body: { scope: 'read' } });
    const id = await anExecution();
    await streaming.addRows(id, [{ text: 'secret' }]);
    const socket = streaming.watch({ ...viewer, token: child.json<{ token: string }>().token }, id);
    await until(() => socket.lines().length > 0, 10_000);
    const changedAt = performance.now();
    await change('DELETE', `/token/${viewer.id}`);
    expect(await socket.ended).toMatchObject({ code: 1008 });
    expect(performance.now() - changedAt).toBeLessThan(SOON_MS);
  }, 30_000);

  it('ends when its proc is registered with other groups', async () => {
    await change('POST', '/metadata', [proc('moving', ['viewers'])]);
    const viewer = await someViewer();
    const id = await anExecution('moving');
    await streaming.addRows(id, [{ text: 'secret' }]);
    const socket = streaming.watch(viewer, id);
    await until(() => socket.lines().length > 0, 10_000);
    const changedAt = performance.now();
    await change('POST', '/metadata', [proc('moving', ['others'])]);
    expect(await socket.ended).toMatchObject({ code: 1008 });
    expect(performance.now() - changedAt).toBeLessThan(SOON_MS);
  }, 30_000);

  it('refuses a revoked token at once on every gateway', async () => {
    const viewer = await someViewer();
    expect(await streaming.call(viewer, 'GET', '/whoami')).toMatchObject({ status: 200 });
    await change('DELETE', `/token/${viewer.id}`);
    const changedAt = performance.now();
    let status = 200;
    while (status === 200 && performance.now() - changedAt < SOON_MS)
      ({ status } = await streaming.call(viewer, 'GET', '/whoami'));
    expect(status).toBe(401);
    expect(performance.now() - changedAt).toBeLessThan(2_000);
  });
});
