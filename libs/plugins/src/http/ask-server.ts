import { isObject } from './parse-object.js';

export interface Question {
  method: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  /** Sent as a form. */
  form?: URLSearchParams;
  /** For the whole exchange. */
  timeoutMs: number;
  maxBytes: number;
}

export interface Answer {
  /** Any; a redirect is not followed. */
  status: number;
  body: string;
}

/** There was no usable answer. `message` is a clause such as "connection failed (ECONNREFUSED)"; it holds nothing of the request. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * One HTTP exchange, bounded in time and size, whatever the other side does. Follows no redirect: the request may
 * carry a token that is for this server only.
 * @throws NoAnswerError if there is no whole answer within the bounds
 */
export async function askServer(url: URL, question: Question): Promise<Answer> {
  const { method, headers, form, timeoutMs, maxBytes } = question;
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
    if (err instanceof NoAnswerError) throw err;
    // Without `cause`: an error of fetch may quote the address, which may hold a token.
    throw new NoAnswerError(
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
    if (bytes > maxBytes) throw new NoAnswerError(`the answer is larger than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function describeFailure(err: unknown): string {
  const code = isObject(err) && isObject(err['cause']) ? err['cause']['code'] : undefined;
  return typeof code === 'string' ? `the connection failed (${code})` : 'the connection failed';
}
