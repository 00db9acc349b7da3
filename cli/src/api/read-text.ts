import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { pathOf, type RouteName } from '@app/contract';
import { AppError } from '@app/domain';
import { unreachable } from './failure.js';
import type { GatewayClient } from './gateway-client.js';

export interface ReadTextOptions {
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** Nothing may come for as long as it likes: what is read is still being written. */
  mayPause: boolean;
}

const MAX_REFUSAL_CHARACTERS = 64 * 1024;
const KEEP_ALIVE_MS = 15_000;

/**
 * The lines of a text that the gateway streams, in batches as they arrive; a reader that is slow slows it down.
 * Throws `AppError` when it is refused or cut off before its end.
 */
export async function* readTextLines(
  client: GatewayClient,
  route: RouteName,
  options: ReadTextOptions,
): AsyncGenerator<string[], void> {
  const { baseUrl, timeoutMs } = client.connection;
  const url = baseUrl + pathOf(route, options.params, options.query);
  try {
    const response = await open(client, url, options.mayPause);
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for await (const chunk of response) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines;
    }
    rest += decoder.end();
    if (rest !== '') yield [rest];
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreachable(baseUrl, error, timeoutMs);
  }
}

async function open(client: GatewayClient, url: string, mayPause: boolean): Promise<IncomingMessage> {
  const { timeoutMs } = client.connection;
  const headers = await client.headers();
  const first = await send(url, headers, timeoutMs, mayPause);
  if (isGood(first)) return first;
  const refusal = await readRefusal(first);
  if (refusal.status !== 401 || !(await client.renewIdentity(headers))) throw client.failureFrom(refusal);
  const second = await send(url, await client.headers(), timeoutMs, mayPause);
  if (isGood(second)) return second;
  throw client.failureFrom(await readRefusal(second));
}

/** Not `fetch`: that one gives up on a body after five silent minutes. */
async function send(
  url: string,
  headers: Record<string, string>,
  timeoutMs: number,
  mayPause: boolean,
): Promise<IncomingMessage> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const request = send(url, { headers: { ...headers, Accept: 'text/plain, application/problem+json' } });
    request.setTimeout(timeoutMs, () =>
      request.destroy(Object.assign(new Error('no answer'), { name: 'TimeoutError' })),
    );
    request.once('error', reject);
    request.once('response', (response) => {
      if (mayPause) {
        request.setTimeout(0);
        response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
      }
      resolve(response);
    });
    request.end();
  });
}

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode <= 299;
}

async function readRefusal(response: IncomingMessage) {
  let body = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    body += chunk as string;
    if (body.length > MAX_REFUSAL_CHARACTERS) break;
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    location: response.headers.location ?? null,
    body,
  };
}
