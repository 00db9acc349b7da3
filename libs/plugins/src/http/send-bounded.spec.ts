import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Outbound, readOutboundSettings } from '@app/outbound';
import { type LocalAnswer, LocalServer } from '../testing/local-server.js';
import { sendBounded, NoResponseError, type BoundedRequest } from './send-bounded.js';

const outbound = new Outbound(readOutboundSettings({}).settings);
const QUESTION: BoundedRequest = { method: 'GET', timeoutMs: 5_000, maxBytes: 1_000 };

describe('sendBounded', () => {
  let server: LocalServer;
  let planned: LocalAnswer;
  beforeAll(async () => {
    server = await LocalServer.start(() => planned);
  });
  beforeEach(() => {
    server.outage = null;
    planned = { status: 200, body: 'ok' };
  });
  afterAll(() => server.close());

  const ask = (change: Partial<BoundedRequest> = {}) =>
    sendBounded(outbound, new URL('/path?access_token=hunter2', server.url), { ...QUESTION, ...change });

  it('returns status and body for any status', async () => {
    planned = { status: 503, body: 'Grüße' };
    expect(await ask()).toEqual({ status: 503, body: 'Grüße' });
  });

  it('sends a form', async () => {
    await ask({ method: 'POST', form: new URLSearchParams({ a: '1&2' }) });
    expect(server.requests.at(-1)?.form.get('a')).toBe('1&2');
  });

  it('does not follow a redirect', async () => {
    const before = server.requests.length;
    planned = { status: 302, headers: { location: `${server.url}/elsewhere` } };
    expect(await ask()).toMatchObject({ status: 302 });
    expect(server.requests).toHaveLength(before + 1);
  });

  it('accepts a response up to its size limit and none beyond', async () => {
    planned = { status: 200, body: 'x'.repeat(1_000) };
    expect((await ask()).body).toHaveLength(1_000);
    planned = { status: 200, body: 'x'.repeat(1_001) };
    await expect(ask()).rejects.toThrow('the answer is larger than 1000 bytes');
  });

  it('respects its time limit', async () => {
    server.outage = 'hang';
    await expect(ask({ timeoutMs: 100 })).rejects.toThrow('no answer within 0.1 s');
  });

  it('reports how a connection failed and nothing of the request', async () => {
    server.outage = 'cut';
    const error: unknown = await ask().catch((err: unknown) => err);
    expect(error).toBeInstanceOf(NoResponseError);
    expect((error as NoResponseError).message).toMatch(/^the connection failed: connection reset\b/);
    expect((error as NoResponseError).message).not.toContain('hunter2');
    expect((error as NoResponseError).cause).toBeUndefined();
  });

  it('fails the same way when nothing is listening', async () => {
    const gone = await LocalServer.start(() => planned);
    await gone.close();
    await expect(sendBounded(outbound, new URL(gone.url), QUESTION)).rejects.toThrow('connection refused');
  });
});
