import { PROBLEM_MEDIA_TYPE } from '@app/contract';
import { describe, expect, it } from '@jest/globals';
import { followLog, followNumberedLog } from './follow-log.js';
import { GatewayClient } from './gateway-client.js';
import type { LogEvent, LogSource } from './log-connection.js';

const lost: LogEvent = { kind: 'lost', error: new Error('closed with 1006') };
const complete: LogEvent = { kind: 'complete' };
const message = (...lines: string[]): LogEvent => ({ kind: 'message', text: lines.join('\n') });
const refused = (status: number): LogEvent => ({
  kind: 'refused',
  status,
  contentType: PROBLEM_MEDIA_TYPE,
  location: null,
  body: '',
});

/** Follows a log over these connections, one after the other. */
async function follow(connections: LogEvent[][], { retries = 3, canRenew = false } = {}) {
  const sources: LogSource[] = [];
  let renewals = 0;
  const client = new GatewayClient({
    baseUrl: 'https://gateway/base',
    timeoutMs: 1000,
    identity: {
      scheme: 'bearer',
      headers: async () => ({ Authorization: String(renewals) }),
      renew: async () => canRenew && ++renewals > 0,
    },
    connectLog: async function* (source) {
      sources.push(source);
      yield* connections.shift() ?? [lost];
    },
  });
  const lines: string[] = [];
  let failure: unknown = null;
  try {
    const retryDelaysMs = Array.from({ length: retries }, () => 0);
    for await (const batch of followLog(client, '7', { retryDelaysMs })) lines.push(...batch);
  } catch (error) {
    failure = error;
  }
  return { lines, failure, sources };
}

describe('followLog', () => {
  it('gives each line once, over lost connections', async () => {
    const { lines, failure, sources } = await follow([
      [message('a', 'b'), lost],
      [message('a'), lost],
      [message('a', 'b', 'c', ''), lost],
      [message('a'), message('b', 'c'), message('', 'd'), complete],
    ]);
    expect([lines, failure]).toEqual([['a', 'b', 'c', '', 'd'], null]);
    expect(sources[0]?.url).toBe('wss://gateway/base/execution/logs?context_id=7&reasons=false');
  });

  it('counts attempts from the last new line', async () => {
    const connections = ['a', 'b', 'c', 'd'].map((_, n) => [message(...'abcd'.slice(0, n + 1)), lost]);
    const { lines, failure } = await follow([...connections, [message(...'abcd'), complete]], { retries: 1 });
    expect([lines, failure]).toEqual([['a', 'b', 'c', 'd'], null]);
  });

  it('gives up after the last attempt', async () => {
    const { lines, failure, sources } = await follow([[message('a'), lost]]);
    expect(lines).toEqual(['a']);
    expect(sources).toHaveLength(4);
    expect(failure).toMatchObject({ kind: 'log_lost', code: 'unavailable', executionId: '7' });
  });

  it.each([
    [404, 1],
    [503, 4],
    [429, 4],
  ])('after a refusal with %d makes %d attempts', async (status, attempts) => {
    const { failure, sources } = await follow([1, 2, 3, 4].map(() => [refused(status)]));
    expect(failure).toBeInstanceOf(Error);
    expect(sources).toHaveLength(attempts);
  });

  it('renews the credentials once when they are refused', async () => {
    const { failure, sources } = await follow([[refused(401)], [refused(401)]], { canRenew: true });
    expect(failure).toMatchObject({ kind: 'refused', code: 'unauthenticated' });
    expect(sources.map(({ headers }) => headers['Authorization'])).toEqual(['0', '1']);
  });
});

describe('followNumberedLog', () => {
  it('goes on at the next line after a lost connection', async () => {
    const sources: LogSource[] = [];
    const connections: LogEvent[][] = [
      [message('[]'), message('[{"n":1,"text":"a"},{"n":3,"text":"b"}]'), lost],
      [message('[]'), lost],
      [message('[]'), message('[{"n":4,"text":"c"}]'), complete],
    ];
    let messages = 0;
    const client = new GatewayClient({
      baseUrl: 'https://gateway',
      timeoutMs: 1000,
      connectLog: async function* (source) {
        sources.push(source);
        yield* connections.shift() ?? [lost];
      },
    });
    const lines: unknown[] = [];
    const options = { retryDelaysMs: [0, 0, 0], onMessage: () => messages++ };
    for await (const batch of followNumberedLog(client, '7', options)) lines.push(...batch);
    expect(lines).toEqual([
      { n: 1, text: 'a' },
      { n: 3, text: 'b' },
      { n: 4, text: 'c' },
    ]);
    expect(messages).toBe(5);
    expect(sources.map(({ url }) => new URL(url).searchParams.get('from'))).toEqual([null, '4', '4']);
  });
});
