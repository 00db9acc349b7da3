import type { IncomingMessage } from 'node:http';
import { explainNetworkError } from '@app/domain';
import type { Outbound } from '@app/outbound';

export interface BoundedRequest {
  method: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  /** Sent as a form body. */
  form?: URLSearchParams;
  /** The time limit for the whole exchange. */
  timeoutMs: number;
  maxBytes: number;
}

export interface Answer {
  /** Any status. Redirects are not followed. */
  status: number;
  body: string;
}

/** There was no usable response. `message` is a clause such as "the connection failed: connection refused" and quotes nothing from the request. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/**
 * Sends one HTTP request, bounded in time and size whatever the server does. Follows no redirects, because the request may
 * contain a token for this server only.
 * @throws NoResponseError if no complete response arrives within the bounds
 */
export async function sendBounded(outbound: Outbound, url: URL, request: BoundedRequest): Promise<Answer> {
  const { method, headers, form, timeoutMs, maxBytes } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const body = form?.toString();
  try {
    const response = await outbound.send(url, {
      ...{ method, body, signal },
      headers: { accept: 'application/json', ...headers, ...(body !== undefined && formHeaders(body)) },
    });
    return { status: response.statusCode ?? 0, body: await readBody(response, maxBytes) };
  } catch (err) {
    if (err instanceof NoResponseError) throw err;
    // No `cause`: the operators' log would show whatever the error holds of the request.
    throw new NoResponseError(
      signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : describeFailure(err, url),
    );
  }
}

function formHeaders(body: string): Record<string, string | number> {
  return {
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    'content-length': Buffer.byteLength(body),
  };
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop destroys the rest of the stream.
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw new NoResponseError(`the answer is larger than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function describeFailure(err: unknown, url: URL): string {
  const { reason, advice } = explainNetworkError(err, url.origin);
  return `the connection failed: ${reason}${advice === undefined ? '' : `. ${advice}`}`;
}
