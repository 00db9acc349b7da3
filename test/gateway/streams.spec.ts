import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/api-client.js';
import { identityHeaders, startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let owner: Identity;
let outsider: Identity;

async function submit(): Promise<number> {
  const answer = await gateway.call(owner, 'POST', '/execution', { body: { name: 'closed', args: {} } });
  return answer.json<{ id: number }>().id;
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ text: `line ${from + index}` }));

beforeAll(async () => {
  gateway = await startTestGateway({
    env: {
      PROCTOR_PUBLIC_URL: 'https://proctor.example.com/console',
      PROCTOR_LOGS_STREAM_WRITE_BUFFER_SIZE: '65536',
      PROCTOR_LOGS_STREAM_READ_BUFFER_SIZE: '200',
      PROCTOR_LOGS_STREAM_PATIENCE_SECONDS: '1',
    },
  });
  owner = await gateway.createUser('owner', ['group']);
  outsider = await gateway.createUser('outsider', []);
  const closed = { name: 'closed', image_name: 'proctor/closed:1', authorized_groups: ['group'] };
  await gateway.call(gateway.admin, 'POST', '/metadata', { body: [closed] });
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

describe('a log over a WebSocket', () => {
  it('sends rows as they are stored, in order, and closes with the final status', async () => {
    const id = await submit();
    await gateway.addRows(id, numbered(0, 3));
    const viewer = gateway.watch(owner, id);
    await until(() => viewer.lines().length === 3, 5_000);
    const addedAt = performance.now();
    await gateway.addRows(id, numbered(3, 5));
    await until(() => viewer.lines().length === 5, 5_000);
    expect(performance.now() - addedAt).toBeLessThan(1_000);
    await gateway.addRows(id, numbered(5, 6));
    await gateway.end(id, 'CANCELLED');
    expect(await viewer.ended).toEqual({ code: 1000, reason: 'execution ended: CANCELLED' });
    expect(viewer.lines()).toEqual(numbered(0, 6).map(({ text }) => text));
  });

  it('finds rows without a signal', async () => {
    const id = await submit();
    const viewer = gateway.watch(owner, id);
    await until(() => viewer.socket.readyState === viewer.socket.OPEN, 5_000);
    await gateway.query(
      `insert into execution_log (execution_id, seq, kind, text, ends_line) values ($1, 7, 0, 'no signal', true)`,
      [id],
    );
    await until(() => viewer.lines().length === 1, 5_000);
    await gateway.query(`update execution set status = 'CANCELLED', ended_at = now() where id = $1`, [id]);
    expect(await viewer.ended).toMatchObject({ code: 1000 });
  });

  it('sends 20,000 lines once each, in few messages', async () => {
    const id = await submit();
    await gateway.query(
      `insert into execution_log (execution_id, seq, kind, text, ends_line)
       select $1, n, 0, 'line ' || n, true from generate_series(1, 20000) n`,
      [id],
    );
    await gateway.end(id);
    const viewer = gateway.watch(owner, id);
    await viewer.ended;
    expect(viewer.lines()).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index + 1}`));
    expect(viewer.messages.length).toBeLessThan(50);
  });

  it('joins the parts of a long line, and keeps markers on lines of their own', async () => {
    const id = await submit();
    await gateway.addRows(id, [
      { text: 'a'.repeat(300_000), endsLine: false },
      { text: 'b'.repeat(300_000), endsLine: false },
      { text: 'c' },
      { text: '' },
      { text: 'cut off', endsLine: false },
      { kind: 'gap', text: '[lines are missing]' },
      { text: 'no newline', endsLine: false },
    ]);
    await gateway.end(id);
    const viewer = gateway.watch(owner, id);
    await viewer.ended;
    const long = `${'a'.repeat(300_000)}${'b'.repeat(300_000)}c`;
    expect(viewer.lines()).toEqual([long, '', 'cut off', '[lines are missing]', 'no newline']);
    const text = await gateway.call(owner, 'GET', `/execution/logs?context_id=${id}`);
    expect(text.text).toBe(`${long}\n\ncut off\n[lines are missing]\nno newline`);
  });

  it('numbers the lines, and goes on where one has lost the connection', async () => {
    const id = await submit();
    await gateway.addRows(id, [
      { text: 'a part', endsLine: false },
      { text: 'the rest' },
      { kind: 'gap', text: '[gap]' },
    ]);
    const viewer = gateway.watch(owner, `${id}&numbered=true`);
    await until(() => viewer.messages.length === 2, 5_000);
    await gateway.addRows(id, [{ text: 'last' }]);
    await gateway.end(id);
    await viewer.ended;
    expect(viewer.messages.map((message) => JSON.parse(message) as unknown)).toEqual([
      [],
      [
        { n: 1, text: 'a part', continues: true },
        { n: 2, text: 'the rest' },
        { n: 3, text: '[gap]', kind: 'gap' },
      ],
      [{ n: 4, text: 'last' }],
    ]);
    const again = gateway.watch(owner, `${id}&numbered=true&from=4`);
    await again.ended;
    expect(again.messages).toEqual(['[]', '[{"n":4,"text":"last"}]']);
    expect(await gateway.watch(owner, `${id}&from=0`).ended).toMatchObject({ code: 1000 });
  });

  it('closes the empty log of an ended execution at once', async () => {
    const id = await submit();
    await gateway.end(id, 'FINISHED');
    const viewer = gateway.watch(owner, id);
    expect(await viewer.ended).toEqual({ code: 1000, reason: 'execution ended: FINISHED' });
    expect(viewer.messages).toEqual([]);
  });

  it.each([
    ['12', 'Execution context not Found'],
    ['18446744073709551615', 'Execution context not Found'],
    ['12a', 'Failed to translate path parameter to uint64'],
    ['', 'Failed to translate path parameter to uint64'],
    ['1&context_id=2', 'context_id must be given once'],
  ])('closes normally for the id %j, with the reason', async (id, reason) => {
    expect(await gateway.watch(owner, id).ended).toEqual({ code: 1000, reason });
  });

  it('refuses unauthorized viewers with an HTTP answer', async () => {
    const id = await submit();
    const stranger = await gateway.watch(null, id).ended;
    expect(stranger).toMatchObject({ status: 401, body: expect.stringMatching(/access token is missing/) });
    const other = await gateway.watch(outsider, id, { headers: { Accept: 'application/json' } }).ended;
    expect(other).toMatchObject({
      status: 403,
      body: expect.stringMatching(/urn:proctor:problem:forbidden/),
    });
    const old = await gateway.watch(owner, id, { headers: { 'Client-Version': 'v1.0.0' } }).ended;
    expect(old).toMatchObject({ status: 400, body: expect.stringMatching(/outdated version: v1\.0\.0/) });
  });

  it('accepts pages of its own site only', async () => {
    const id = await submit();
    await gateway.end(id);
    for (const origin of [
      'https://evil.example',
      'null',
      'not an origin',
      'https://proctor.example.com:8443',
    ]) {
      expect(await gateway.watch(owner, id, { headers: { origin } }).ended).toMatchObject({ status: 403 });
    }
    for (const origin of [gateway.url, 'https://proctor.example.com']) {
      expect(await gateway.watch(owner, id, { headers: { origin } }).ended).toMatchObject({ code: 1000 });
    }
  });

  it('answers a WebSocket request on another path, and an invalid handshake', async () => {
    const answers = await Promise.all([
      upgrade('/ping?x', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' }),
      upgrade('/nothing', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' }),
      upgrade(`/execution/logs?context_id=${await submit()}`, {}),
    ]);
    expect(answers).toEqual([200, 404, 400]);
  });

  it('closes when the viewer may no longer see it', async () => {
    const guest = await gateway.createUser('guest', ['group']);
    const id = await submit();
    const viewer = gateway.watch(guest, id);
    await until(() => viewer.socket.readyState === viewer.socket.OPEN, 5_000);
    await gateway.openStreams.reauthorize();
    expect(viewer.socket.readyState).toBe(viewer.socket.OPEN);
    await gateway.query(`update access_token set revoked_at = now() where email = $1`, [guest.email]);
    await until(async () => (await gateway.call(guest, 'GET', '/metadata')).status === 401, 10_000);
    await gateway.openStreams.reauthorize();
    expect(await viewer.ended).toMatchObject({ code: 1008 });
  }, 20_000);

  it('ends when the token of the viewer expires, over a WebSocket and as text', async () => {
    const guest = await gateway.createUser('expiring', ['group']);
    const id = await submit();
    await gateway.addRows(id, [{ text: 'seen' }]);
    const [{ at } = { at: new Date() }] = await gateway.query<{ at: Date }>(
      `update access_token set expires_at = now() + interval '3 s' where email = $1 returning expires_at as at`,
      [guest.email],
    );
    const viewer = gateway.watch(guest, id);
    const text = gateway.call(guest, 'GET', `/execution/${id}/log?follow=true`);
    const cut = expect(text).rejects.toThrow('terminated');
    await until(() => viewer.lines().length > 0, 2_500);
    expect(await viewer.ended).toMatchObject({ code: 1008, reason: expect.stringContaining('expired') });
    await cut;
    const lateMs = Date.now() - at.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
  }, 20_000);

  it('closes when a client sends a message over the limit', async () => {
    const viewer = gateway.watch(owner, await submit());
    viewer.socket.on('open', () => viewer.socket.send('x'.repeat(1_000)));
    expect(await viewer.ended).toMatchObject({ code: 1009 });
  });

  it('buffers little for a stalled reader, disconnects it, and does not delay others', async () => {
    const id = await submit();
    await gateway.query(
      `insert into execution_log (execution_id, seq, kind, text, ends_line)
       select $1, n, 0, repeat('x', 1000), true from generate_series(1, 40000) n`,
      [id],
    );
    const before = process.memoryUsage().arrayBuffers;
    const slow = gateway.watch(owner, id);
    await until(() => slow.socket.readyState === slow.socket.OPEN, 5_000);
    slow.socket.pause();
    const swift = gateway.watch(owner, id);
    await until(() => swift.lines().length === 40_000, 20_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
    await until(() => endedStreams(id) === 1, 10_000);
    slow.socket.terminate();
    await gateway.end(id);
    expect(await swift.ended).toMatchObject({ code: 1000 });
    expect(slow.lines().length).toBeLessThan(40_000);
  }, 60_000);
});

/** How many streams of this execution ended before its log did. */
function endedStreams(id: number): number {
  return gateway
    .log()
    .split('\n')
    .filter((line) => line.includes('log stream ended early') && line.includes(`"executionId":${id}`)).length;
}

describe('a log as text', () => {
  it('is streamed while the execution runs, and ends with it', async () => {
    const id = await submit();
    await gateway.addRows(id, [{ text: 'first' }]);
    const response = await fetch(`${gateway.url}/execution/logs?context_id=${id}`, {
      headers: { ...identityHeaders(owner), Origin: 'https://evil.example' },
    });
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader.read()).toMatchObject({ value: 'first\n' });
    await gateway.addRows(id, [{ text: 'second' }, { text: 'rest', endsLine: false }]);
    expect(await reader.read()).toMatchObject({ value: 'second\n' });
    await gateway.end(id);
    expect(await reader.read()).toMatchObject({ value: 'rest' });
    expect(await reader.read()).toMatchObject({ done: true });
  });

  it('answers HEAD at once', async () => {
    const answer = await gateway.call(owner, 'HEAD', `/execution/logs?context_id=${await submit()}`);
    expect(answer).toMatchObject({ status: 200, type: 'text/plain', text: '' });
  });

  it('stops reading when the viewer disconnects', async () => {
    const id = await submit();
    const abort = new AbortController();
    await fetch(`${gateway.url}/execution/logs?context_id=${id}`, {
      headers: identityHeaders(owner),
      signal: abort.signal,
    });
    abort.abort();
    await until(() => endedStreams(id) === 1, 5_000);
  });
});

describe('a stopping gateway', () => {
  it('tells viewers to reconnect', async () => {
    const own = await startTestGateway();
    await own.call(own.admin, 'POST', '/metadata', {
      body: [{ name: 'open', image_name: 'proctor/open:1' }],
    });
    const answer = await own.call(own.admin, 'POST', '/execution', { body: { name: 'open', args: {} } });
    const { id } = answer.json<{ id: number }>();
    const viewer = own.watch(own.admin, id);
    // Does not answer the close, which must not delay the stop for long.
    const deaf = own.watch(own.admin, id);
    const text = fetch(`${own.url}/execution/logs?context_id=${id}`, { headers: identityHeaders(own.admin) });
    await until(() => viewer.socket.readyState === 1 && deaf.socket.readyState === 1, 5_000);
    const response = await text;
    deaf.socket.pause();
    const startedAt = performance.now();
    await own.remove();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await viewer.ended).toEqual({ code: 1012, reason: 'the gateway is restarting; reconnect' });
    await expect(response.text()).rejects.toThrow();
    deaf.socket.terminate();
  }, 30_000);
});

/** The status of the answer to a WebSocket request. */
function upgrade(path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gateway.url}${path}`, {
      headers: { ...identityHeaders(owner), Connection: 'Upgrade', Upgrade: 'websocket', ...headers },
    });
    sent
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}
