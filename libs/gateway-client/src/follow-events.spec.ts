import { describe, expect, it } from '@jest/globals';
import { followEvents, type ExecutionEvent } from './follow-events.js';
import { GatewayClient } from './gateway-client.js';
import type { StreamedResponse } from './transport.js';

const execution = {
  id: 7,
  job_name: 'deploy',
  name: 'deploy-7',
  image_tag: 'deploy:1',
  created_at: '2026-01-31T10:00:00Z',
  updated_at: '2026-01-31T10:00:00Z',
  status: 'FINISHED',
};
const event = (name: string, data: unknown = {}) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** A connection that says these texts, and then nothing more, or ends. */
type Connection = { texts: string[]; isSilent?: boolean; status?: number };

async function follow(connections: Connection[], wanted: number) {
  const abort = new AbortController();
  let attempts = 0;
  const client = new GatewayClient({
    baseUrl: 'https://gateway',
    timeoutMs: 1000,
    transport: async (_url, { signal }): Promise<StreamedResponse> => {
      attempts += 1;
      const { texts, isSilent = false, status = 200 } = connections.shift() ?? { texts: [] };
      async function* chunks() {
        for (const text of texts) yield new TextEncoder().encode(text);
        if (isSilent)
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
      }
      return { status, contentType: 'text/event-stream', location: null, chunks: chunks() };
    },
  });
  const events: ExecutionEvent[] = [];
  const failures: string[] = [];
  let thrown: unknown = null;
  try {
    const options = { signal: abort.signal, maxSilenceMs: 50, backOff: { firstMs: 1, maxMs: 2 } };
    const onRetry = ({ kind }: { kind: string }) => failures.push(kind);
    for await (const each of followEvents(client, { ...options, onRetry })) {
      if (events.push(each) === wanted) abort.abort(new Error('enough'));
    }
  } catch (error) {
    thrown = error;
  }
  return { events, failures, thrown, attempts };
}

describe('followEvents', () => {
  it('reads events, whatever pieces they come in, and reconnects', async () => {
    const text = event('open') + ':\n\n' + event('executions', { executions: [execution] });
    const { events, failures, thrown } = await follow(
      [
        { texts: [text.slice(0, 30), text.slice(30, 90), text.slice(90)] },
        { texts: [event('open'), event('later', {}), event('reset')] },
      ],
      4,
    );
    const executions = [execution];
    expect(events).toEqual([
      { kind: 'open' },
      { kind: 'executions', executions },
      { kind: 'open' },
      { kind: 'reset' },
    ]);
    expect(failures).toEqual(['unreachable']);
    expect(thrown).toEqual(new Error('enough'));
  });

  it('takes what it cannot read for something that was left out', async () => {
    const { events } = await follow([{ texts: [event('executions', { executions: [{ id: 'x' }] })] }], 1);
    expect(events).toEqual([{ kind: 'reset' }]);
  });

  it('gives up a connection that is silent', async () => {
    const { failures, attempts } = await follow(
      [{ texts: [event('open')], isSilent: true }, { texts: [event('open')] }],
      2,
    );
    expect([failures, attempts]).toEqual([['unreachable'], 2]);
  });

  it.each([
    [401, 1],
    [403, 1],
    [503, 2],
    [429, 2],
  ])('after a refusal with %d makes %d attempts', async (status, expected) => {
    const { attempts } = await follow([{ texts: [], status }, { texts: [event('open')] }], 1);
    expect(attempts).toBe(expected);
  });
});
