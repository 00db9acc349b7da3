import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Target } from './resolve-target.js';

export interface PostRequest {
  target: Target;
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
 * Posts to the checked addresses; `Host` and TLS use the host name of the URL. Each request opens a connection, so that none
 * outlives its check.
 * @throws an error of the network, or the signal's reason
 */
export async function postJson({
  target,
  body,
  headers,
  connectTimeoutMs,
  signal,
}: PostRequest): Promise<PostAnswer> {
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    lookup: pinnedLookup(target),
    signal,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Proctor',
      ...headers,
    },
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const isTls = target.url.protocol === 'https:';
    const request = (isTls ? requestHttps : requestHttp)(target.url, options, resolve);
    request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.on('socket', (socket) => {
      const late = () => request.destroy(new Error(`no connection within ${connectTimeoutMs / 1_000} s`));
      const timer = setTimeout(late, connectTimeoutMs);
      socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    request.end(body);
  });
  return {
    status: response.statusCode ?? 0,
    retryAfterMs: parseRetryAfter(response.headers['retry-after']),
    text: await readBeginning(response),
  };
}

function pinnedLookup({ addresses }: Target): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
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
