import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
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

interface Told {
  id: number;
  status: string;
  job_name: string;
}

/** Watches executions until the response ends. */
function watchEvents(gateway: TestGateway, who: Identity) {
  let text = '';
  const watched = {
    status: 0,
    text: () => text,
    told: (): Told[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith('data: {"executions"'))
        .flatMap((line) => (JSON.parse(line.slice('data: '.length)) as { executions: Told[] }).executions),
    tells: (id: number, status = 'RECEIVED') =>
      watched.told().some((each) => each.id === id && each.status === status),
    isOpen: () => text.startsWith('event: open\n'),
    stop: () => void outgoing.destroy(),
    cut: Promise.resolve(),
  };
  const outgoing = request(`${gateway.url}/events`, { headers: identityHeaders(who), agent: false });
  watched.cut = new Promise((resolve) => {
    outgoing.on('response', (response) => {
      watched.status = response.statusCode ?? 0;
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('close', () => resolve());
    });
    outgoing.on('error', () => resolve());
  });
  outgoing.end();
  return watched;
}

describe('GET /events', () => {
  it('tells what is accepted and changes to those who may see it, whatever the gateway', async () => {
    const [viewer, { email }] = [await someViewer(), await someViewer()];
    await change('POST', '/metadata', [proc('open', [])]);
    const outsider = await streaming.createUser('outsider', []);
    const watched = [viewer, outsider, changing.admin].map((who) => watchEvents(streaming, who));
    const [theirs, others, admins] = watched as [Watched, Watched, Watched];
    await until(() => watched.every((each) => each.isOpen()), 5_000);
    const id = await anExecution();
    const openId = await anExecution('open');
    await until(() => theirs.tells(id) && theirs.tells(openId) && others.tells(openId), SOON_MS);
    await changing.end(id, 'POD_FAILED');
    await until(() => theirs.tells(id, 'POD_FAILED') && admins.tells(id, 'POD_FAILED'), SOON_MS);
    expect(others.told().map((each) => each.id)).not.toContain(id);
    expect(theirs.text()).not.toContain(email);
    watched.forEach((each) => each.stop());
  }, 30_000);

  it('finds changes without news', async () => {
    const watched = watchEvents(streaming, changing.admin);
    await until(() => watched.isOpen(), 5_000);
    const id = await anExecution();
    await until(() => watched.tells(id), SOON_MS);
    await changing.query(`update execution set status = 'CANCELLED', ended_at = now() where id = $1`, [id]);
    await until(() => watched.tells(id, 'CANCELLED'), SOON_MS);
    watched.stop();
  }, 30_000);

  it('no longer tells a viewer who leaves the group, and goes on', async () => {
    const viewer = await someViewer();
    const watched = watchEvents(streaming, viewer);
    await until(() => watched.isOpen(), 5_000);
    const before = await anExecution();
    await until(() => watched.tells(before), SOON_MS);
    await change('DELETE', `/group/viewers/member/${viewer.email}`);
    await until(async () => {
      const { status } = await streaming.call(viewer, 'GET', `/execution/${before}`);
      return status === 403;
    }, SOON_MS);
    await streaming.openStreams.reauthorize();
    const after = await anExecution();
    const openId = await anExecution('open');
    await until(() => watched.tells(openId), SOON_MS);
    expect(watched.told().map((each) => each.id)).not.toContain(after);
    watched.stop();
  }, 30_000);

  it.each<[string, (viewer: Identity & { id: string }) => Promise<Identity>]>([
    ['token', async (viewer) => viewer],
    ['session', async (viewer) => await streaming.signIn(viewer)],
  ])('ends with the %s', async (_what, credential) => {
    const viewer = await someViewer();
    const watched = watchEvents(streaming, await credential(viewer));
    await until(() => watched.isOpen(), 5_000);
    const changedAt = performance.now();
    await change('DELETE', `/token/${viewer.id}`);
    await watched.cut;
    expect(performance.now() - changedAt).toBeLessThan(SOON_MS);
  });

  it('is refused without credentials', async () => {
    const answer = await streaming.call(null, 'GET', '/events');
    expect(answer).toMatchObject({ status: 401 });
  });

  it('costs the database the same for 200 viewers as for one', async () => {
    const watched = Array.from({ length: 200 }, () => watchEvents(streaming, changing.admin));
    await until(() => watched.every((each) => each.isOpen()), 10_000);
    const id = await anExecution();
    await until(() => watched.every((each) => each.tells(id)), 10_000);
    const before = await countCommits();
    const seconds = 3;
    await sleep(seconds * 1_000);
    const commits = (await countCommits()) - before;
    // The feed reads once a second. Both gateways also seal the audit trail and look after other things.
    expect(commits).toBeLessThan(seconds * 12);
    watched.forEach((each) => each.stop());
  }, 40_000);
});

type Watched = ReturnType<typeof watchEvents>;

async function countCommits(): Promise<number> {
  const [row] = await changing.query<{ count: string }>(
    `select xact_commit as count from pg_stat_database where datname = current_database()`,
  );
  return Number(row?.count);
}
