import { isObject } from './parse-object.js';

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

/** There was no usable response. `message` is a clause such as "the connection failed (ECONNREFUSED)" and quotes nothing from the request. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/**
 * Sends one HTTP request, bounded in time and size whatever the server does. Follows no redirects, because the request may
 * contain a token for this server only.
 * @throws NoResponseError if no complete response arrives within the bounds
 */
export async function sendBounded(url: URL, request: BoundedRequest): Promise<Answer> {
  const { method, headers, form, timeoutMs, maxBytes } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...headers },
      body: form,
      redirect: 'manual',
      signal,
    });
    return { status: response.status, body: await readBody(response, maxBytes) };
  } catch (err) {
    if (err instanceof NoResponseError) throw err;
    // No `cause`: a fetch error may quote the URL, which may contain a token.
    throw new NoResponseError(
      signal.aborted ? `no answer within ${timeoutMs / 1_000} s` : describeFailure(err),
    );
  }
}

async function readBody(response: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest of the stream.
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) throw new NoResponseError(`the answer is larger than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function describeFailure(err: unknown): string {
  const code = isObject(err) && isObject(err['cause']) ? err['cause']['code'] : undefined;
  return typeof code === 'string' ? `the connection failed (${code})` : 'the connection failed';
}
