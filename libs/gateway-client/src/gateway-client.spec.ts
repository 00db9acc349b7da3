import { PROBLEM_MEDIA_TYPE, problemFromError } from '@app/contract';
import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { GatewayClient, type GatewayClientOptions } from './gateway-client.js';
import type { Identity } from './identity.js';
import { streamed } from './transport.js';

interface Sent {
  line: string;
  headers: Record<string, string>;
  body: unknown;
}

/** A gateway that gives these replies, one after the other; an error stands for a connection that broke. */
function scripted(replies: Array<Response | Error>, options: Partial<GatewayClientOptions> = {}) {
  const sent: Sent[] = [];
  const client = new GatewayClient({
    baseUrl: 'https://gateway',
    timeoutMs: 1000,
    retryDelaysMs: [0, 0],
    transport: async (url, { method, headers, body, signal }) => {
      signal.throwIfAborted();
      sent.push({
        line: `${method} ${url}`,
        headers,
        body: body === undefined ? undefined : (JSON.parse(body) as unknown),
      });
      const reply = replies.shift() ?? new Error('no reply is left');
      if (reply instanceof Error) throw reply;
      return streamed(reply);
    },
    ...options,
  });
  return { client, sent };
}

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

const tooMany = (retryAfter?: string) =>
  new Response(
    JSON.stringify(problemFromError(new AppError('too_many_requests', 'Too many requests.'), 429)),
    {
      status: 429,
      headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...(retryAfter && { 'retry-after': retryAfter }) },
    },
  );

const me = { email: 'a@b.c', name: '', groups: [], is_admin: false };

describe('a call that is refused for being too frequent', () => {
  it('waits as long as the gateway says, and reads again', async () => {
    const { client, sent } = scripted([tooMany('1'), json(me)]);
    const start = performance.now();
    expect(await client.call('whoAmI')).toEqual(me);
    expect(sent).toHaveLength(2);
    expect(performance.now() - start).toBeGreaterThanOrEqual(900);
  });

  it.each([
    ['says no time', () => tooMany()],
    ['says a time that is too long', () => tooMany('3600')],
    ['says a date', () => tooMany('Mon, 30 Nov 2026 14:00:00 GMT')],
  ])('fails at once if the gateway %s', async (_, refusal) => {
    const { client, sent } = scripted([refusal(), json(me)]);
    await expect(client.call('whoAmI')).rejects.toMatchObject({ code: 'too_many_requests' });
    expect(sent).toHaveLength(1);
  });

  it('fails at once if it would change something', async () => {
    const { client, sent } = scripted([tooMany('1')]);
    const body = { name: 'p', args: {} };
    await expect(client.call('submitExecution', { body, idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'too_many_requests',
    });
    expect(sent).toHaveLength(1);
  });

  it('stops waiting when it is aborted', async () => {
    const { client } = scripted([tooMany('30')]);
    const abort = new AbortController();
    const answer = client.call('whoAmI', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});

describe('call', () => {
  it('sends path, query and body as the contract says', async () => {
    const { client, sent } = scripted(
      [json({ executions: [] }), json({ executions: [] }), new Response(null, { status: 204 })],
      { clientVersion: 'v9' },
    );
    await client.call('listExecutions', {
      query: { status: ['FINISHED', 'CANCELLED'], limit: 5, user: undefined, proc: 'a' },
    });
    await client.call('listExecutions', { query: { status: 'FINISHED', limit: '5' } });
    await client.call('addMember', { params: { name: 'on call', email: 'a@b.c' } });
    expect(sent.map(({ line }) => line)).toEqual([
      'GET https://gateway/execution?status=FINISHED%2CCANCELLED&limit=5&proc=a',
      'GET https://gateway/execution?status=FINISHED&limit=5',
      'PUT https://gateway/group/on%20call/member/a%40b.c',
    ]);
    expect(sent[0]?.headers).toMatchObject({ 'Client-Version': 'v9' });
  });

  it('returns the parsed reply, and nothing for an empty one', async () => {
    const { client } = scripted([
      json({ ...me, added_later: 1 }),
      new Response(null, { status: 204 }),
      new Response('pong'),
      new Response(null, { status: 204 }),
    ]);
    expect(await client.call('whoAmI')).toEqual(me);
    expect(await client.call('listSchedules')).toEqual([]);
    expect(await client.call('ping')).toBe('pong');
    expect(await client.call('removeProc', { params: { name: 'greet' } })).toBeUndefined();
  });

  it("throws the gateway's refusal", async () => {
    const problem = problemFromError(new AppError('conflict', 'In use.', { hint: 'Wait.' }), 409);
    const { client } = scripted([
      new Response(JSON.stringify(problem), {
        status: 409,
        headers: { 'content-type': PROBLEM_MEDIA_TYPE },
      }),
    ]);
    await expect(client.call('removeGroup', { params: { name: 'ops' } })).rejects.toMatchObject({
      kind: 'refused',
      code: 'conflict',
      message: 'In use.',
      hint: 'Wait.',
      scheme: 'none',
    });
  });

  it('throws for a reply that breaks the contract', async () => {
    const { client } = scripted([json({ ...me, groups: 'ops' })]);
    await expect(client.call('whoAmI')).rejects.toMatchObject({ kind: 'unexpected_reply' });
  });

  it('repeats a call with an idempotency key when the connection breaks, under the same key', async () => {
    const broken = new TypeError('fetch failed');
    const refused = json({}, 503);
    const { client, sent } = scripted([broken, broken, refused]);
    const call = client.call('submitExecution', { body: { name: 'greet' }, idempotencyKey: 'k' });
    await expect(call).rejects.toMatchObject({ kind: 'refused', code: 'unavailable' });
    expect(sent.map(({ headers }) => headers['Idempotency-Key'])).toEqual(['k', 'k', 'k']);
  });

  it.each([
    ['an idempotency key, after the last attempt', { idempotencyKey: 'k' }, 3],
    ['none, at once', {}, 1],
  ])('gives up with %s', async (_, more, count) => {
    const { client, sent } = scripted([]);
    await expect(client.call('submitExecution', { body: { name: 'greet' }, ...more })).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'unavailable',
    });
    expect(sent).toHaveLength(count);
  });

  it('retries a refused request with renewed credentials', async () => {
    let renewals = 0;
    const identity: Identity = {
      scheme: 'bearer',
      headers: async () => ({ Authorization: `Bearer ${renewals}` }),
      renew: async () => ++renewals <= 1,
    };
    const { client, sent } = scripted([json({}, 401), json(me), json({}, 401)], { identity });
    expect(await client.call('whoAmI')).toEqual(me);
    await expect(client.call('whoAmI')).rejects.toMatchObject({
      code: 'unauthenticated',
      scheme: 'bearer',
    });
    expect(sent.map(({ headers }) => headers['Authorization'])).toEqual(['Bearer 0', 'Bearer 1', 'Bearer 1']);
  });

  it("rejects with the caller's reason when it is aborted", async () => {
    const { client, sent } = scripted([]);
    const reason = new Error('the page was closed');
    await expect(client.call('whoAmI', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(sent).toEqual([]);
  });
});
