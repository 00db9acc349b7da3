import type { RouteName, routes } from '@app/contract';
import type { GatewayClient } from './gateway-client.js';
import { GatewayError } from './gateway-error.js';
import { readFailure, type Answer } from './read-failure.js';
import { targetOf, type AnyRequest, type RequestOf } from './request.js';
import { readText, type StreamedResponse } from './transport.js';
import { unreachable } from './unreachable.js';

/** Routes that reply with a text which the gateway streams. */
export type TextRouteName = {
  [Name in RouteName]: (typeof routes)[Name]['replyType'] extends 'text' | 'jsonl' | 'events' ? Name : never;
}[RouteName];

export type StreamLinesRequest<Name extends TextRouteName> = RequestOf<Name> & {
  /** True: the text is still being written, so that the stream may be silent for any time. */
  isLive?: boolean;
};

/**
 * The lines of a text, in batches as they arrive. A slow reader slows the gateway down. Throws `GatewayError` when the
 * gateway refuses the request or the text is cut off.
 */
export async function* streamLines<Name extends TextRouteName>(
  client: GatewayClient,
  name: Name,
  request: StreamLinesRequest<Name>,
): AsyncGenerator<string[], void> {
  const { isLive = false, signal }: AnyRequest & { isLive?: boolean } = request;
  const connection = new Connection(client.timeoutMs, signal);
  try {
    const response = await open(client, client.baseUrl + targetOf(name, request), connection);
    // A byte order mark at the start is part of the text.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const chunks = response.chunks[Symbol.asyncIterator]();
    let rest = '';
    for (;;) {
      const next = isLive ? await chunks.next() : await connection.inTime(chunks.next());
      if (next.done) break;
      const lines = (rest + decoder.decode(next.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines;
    }
    rest += decoder.decode();
    if (rest !== '') yield [rest];
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof GatewayError) throw error;
    throw unreachable(client.baseUrl, connection.timeout ?? error, client.timeoutMs);
  } finally {
    connection.close();
  }
}

async function open(client: GatewayClient, url: string, connection: Connection): Promise<StreamedResponse> {
  const response = await client.sendSigned(async (headers) => {
    const opened = await connection.inTime(
      client.transport(url, {
        method: 'GET',
        headers: { ...headers, Accept: 'text/plain, application/problem+json' },
        signal: connection.signal,
      }),
    );
    return isSuccess(opened) ? opened : await connection.inTime(readAnswer(opened));
  });
  if ('chunks' in response) return response;
  throw readFailure(response, client.facts);
}

/** Ends a request on a timeout, the caller's abort, or when its reader is done. */
class Connection {
  /** The error of a timeout. */
  timeout: unknown = null;
  private readonly controller = new AbortController();
  private readonly abort = () => this.controller.abort(this.callerSignal?.reason);

  constructor(
    private readonly timeoutMs: number,
    private readonly callerSignal: AbortSignal | undefined,
  ) {
    if (callerSignal?.aborted) this.abort();
    callerSignal?.addEventListener('abort', this.abort);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  async inTime<T>(step: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.timeout = new DOMException('timed out', 'TimeoutError');
      this.controller.abort(this.timeout);
    }, this.timeoutMs);
    try {
      return await step;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.callerSignal?.removeEventListener('abort', this.abort);
    this.controller.abort();
  }
}

function isSuccess({ status }: StreamedResponse): boolean {
  return status >= 200 && status <= 299;
}

const MAX_REFUSAL_CHARACTERS = 64 * 1024;

async function readAnswer({ chunks, ...head }: StreamedResponse): Promise<Answer> {
  return { ...head, body: await readText(chunks, MAX_REFUSAL_CHARACTERS) };
}
