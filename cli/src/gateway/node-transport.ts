import type { Transport } from '@app/gateway-client';
import type { Outbound } from '@app/outbound';

const KEEP_ALIVE_MS = 15_000;

export function nodeTransport(outbound: Outbound): Transport {
  return async (url, { method, headers, body, signal }) => {
    const response = await outbound.send(new URL(url), {
      ...{ method, body, signal },
      headers: { ...headers, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) },
    });
    // A half-open connection reports nothing by itself.
    response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      location: response.headers.location ?? null,
      retryAfter: response.headers['retry-after'] ?? null,
      chunks: response,
    };
  };
}
