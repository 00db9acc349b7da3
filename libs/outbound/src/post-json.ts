import type { IncomingMessage } from 'node:http';
import type { Outbound, PinnedAddress } from './outbound.js';

export interface PostRequest {
  outbound: Outbound;
  target: {
    url: URL;
    /** Null: it connects to wherever the name leads. */
    addresses: readonly PinnedAddress[] | null;
  };
  body: string;
  headers: Readonly<Record<string, string>>;
  /** How long establishing the connection (TLS included) may take. */
  connectTimeoutMs: number;
  /** Aborts the whole exchange. */
  signal: AbortSignal;
}

export interface PostAnswer {
  /** Any status; redirects are not followed. */
  status: number;
  /** From `Retry-After`; null: the server sent none. */
  retryAfterMs: number | null;
  /** The beginning of the response body. */
  text: string;
}

/** How much of a response body is read. */
const MAX_ANSWER_BYTES = 2_048;

/**
 * Posts to the checked addresses, if there are any; `Host` and TLS use the host name of the URL. Each request opens a connection, so that none
 * outlives its check.
 * @throws an error of the network, or the signal's reason
 */
export async function postJson({
  outbound,
  target,
  body,
  headers,
  connectTimeoutMs,
  signal,
}: PostRequest): Promise<PostAnswer> {
  const response = await outbound.send(target.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Proctor',
      ...headers,
    },
    ...{ body, signal, connectTimeoutMs },
    pinnedTo: target.addresses ?? undefined,
  });
  return {
    status: response.statusCode ?? 0,
    retryAfterMs: parseRetryAfter(response.headers['retry-after']),
    text: await readBeginning(response),
  };
}

/** The status has arrived, so reading the body may fail. */
async function readBeginning(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // the body was cut off or too slow
  } finally {
    response.destroy();
  }
  return Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

/** Seconds only: the other form is a date by the server's clock. */
function parseRetryAfter(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : null;
}
