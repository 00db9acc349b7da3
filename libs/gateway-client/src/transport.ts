import type { Headers } from './identity.js';

export interface TransportRequest {
  method: string;
  headers: Headers;
  body?: string;
  /** Ends the request, or the body of its response. */
  signal: AbortSignal;
}

/** A response whose body is read as it arrives. */
export interface StreamedResponse {
  status: number;
  contentType: string;
  location: string | null;
  /** The header `Retry-After`; null: none. */
  retryAfter?: string | null;
  /** The header `X-Request-Id`; null: none. */
  requestId?: string | null;
  chunks: AsyncIterable<Uint8Array>;
}

/**
 * Sends a request to an absolute URL, and resolves once the headers of its response are there. Follows no redirect, which
 * would send the credentials to wherever it points.
 */
export type Transport = (url: string, request: TransportRequest) => Promise<StreamedResponse>;

/** Over `fetch`. Node's implementation gives up on a body that is silent for five minutes. */
export const fetchTransport: Transport = async (url, request) =>
  streamed(await fetch(url, { ...request, redirect: 'manual' }));

export function streamed(response: Response): StreamedResponse {
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    location: response.headers.get('location'),
    retryAfter: response.headers.get('retry-after'),
    requestId: response.headers.get('x-request-id'),
    chunks: chunksOf(response.body),
  };
}

/** The whole body as text, or its beginning. */
export async function readText(chunks: AsyncIterable<Uint8Array>, maxCharacters = Infinity): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxCharacters) return text;
  }
  return text + decoder.decode();
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void> {
  if (body === null) return;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
