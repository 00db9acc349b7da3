import type { Headers } from './identity.js';

/** A response whose body is read as it arrives. */
export interface StreamedResponse {
  status: number;
  contentType: string;
  location: string | null;
  chunks: AsyncIterable<Uint8Array>;
}

/** Sends a GET request and resolves once the headers of its response are there. An abort also ends the body. */
export type OpenStream = (
  url: string,
  request: { headers: Headers; signal: AbortSignal },
) => Promise<StreamedResponse>;

/** Over `fetch`. Node's implementation gives up on a body that is silent for five minutes. */
export const openFetchStream: OpenStream = async (url, request) => {
  const response = await fetch(url, { ...request, redirect: 'manual' });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    location: response.headers.get('location'),
    chunks: chunksOf(response.body),
  };
};

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
