import { describe, expect, it } from '@jest/globals';
import { GatewayClient } from './gateway-client.js';
import { streamLines } from './stream-lines.js';
import type { StreamedResponse, Transport } from './transport.js';

const encode = (text: string) => new TextEncoder().encode(text);

async function* chunked(...chunks: Array<Uint8Array | Error>): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}

const reply = (chunks: AsyncIterable<Uint8Array>, status = 200): StreamedResponse => ({
  status,
  contentType: 'text/plain',
  location: null,
  chunks,
});

async function read(transport: Transport, isLive = false) {
  const client = new GatewayClient({ baseUrl: 'http://gateway', timeoutMs: 20, transport });
  const batches: string[][] = [];
  const request = { params: { id: '7' }, query: { follow: isLive }, isLive };
  for await (const lines of streamLines(client, 'readExecutionLog', request)) batches.push(lines);
  return batches;
}

/** Silent until it is aborted. */
const silence = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('streamLines', () => {
  it('gives whole lines in batches, whatever the chunks are', async () => {
    const letter = encode('ü');
    const [first, second] = [letter.slice(0, 1), letter.slice(1)];
    const open: Transport = async () =>
      reply(chunked(encode('\ufeffa\nb'), encode('c\n\n'), first, second, encode('\nno newline')));
    expect(await read(open)).toEqual([['\ufeffa'], ['bc', ''], ['ü'], ['no newline']]);
  });

  it('asks for the text of the request', async () => {
    let asked = '';
    await read(async (url) => {
      asked = url;
      return reply(chunked());
    });
    expect(asked).toBe('http://gateway/execution/7/log?follow=false');
  });

  it("throws the gateway's refusal", async () => {
    const open: Transport = async () => reply(chunked(encode('No such execution')), 404);
    await expect(read(open)).rejects.toMatchObject({
      kind: 'refused',
      code: 'not_found',
      message: 'No such execution',
    });
  });

  it('throws when the text is cut off', async () => {
    const open: Transport = async () =>
      reply(chunked(encode('a\n'), Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
    await expect(read(open)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('connection reset') as unknown,
    });
  });

  it('times out before the response, and during a text that is not live', async () => {
    const timedOut = { kind: 'unreachable', message: expect.stringContaining('no response') as unknown };
    await expect(read(async (_, { signal }) => await silence(signal))).rejects.toMatchObject(timedOut);
    const silent: Transport = async (_, { signal }) =>
      reply(
        (async function* () {
          await silence(signal);
          yield encode('late');
        })(),
      );
    await expect(read(silent)).rejects.toMatchObject(timedOut);
  });

  it('waits for a live text for as long as it takes', async () => {
    const open: Transport = async () =>
      reply(
        (async function* () {
          await new Promise((resolve) => setTimeout(resolve, 60));
          yield encode('late\n');
        })(),
      );
    expect(await read(open, true)).toEqual([['late']]);
  });

  it('ends the request when the reader stops', async () => {
    let ended: AbortSignal | undefined;
    const client = new GatewayClient({
      baseUrl: 'http://gateway',
      timeoutMs: 1000,
      transport: async (_, { signal }) => {
        ended = signal;
        return reply(chunked(encode('a\n'), encode('b\n')));
      },
    });
    const lines = streamLines(client, 'exportAudit', {});
    await lines.next();
    await lines.return();
    expect(ended?.aborted).toBe(true);
  });
});
