import { Readable } from 'node:stream';
import { explainNetworkError } from '@app/domain';
import type { Outbound } from './outbound.js';

/** Statuses whose responses have no body. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** As the global `fetch`, but over proxies, with the company's certificate authorities, to any port, without redirects. */
export function fetchOver(outbound: Outbound): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { method, headers, signal } = request;
    const url = new URL(request.url);
    const bytes = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    if (bytes) headers.set('content-length', String(bytes.byteLength));
    const sent = { method, headers: Object.fromEntries(headers), body: bytes, signal };
    const response = await outbound.send(url, sent).catch((error: unknown) => {
      if (signal.aborted) throw error;
      const { reason, advice } = explainNetworkError(error, url.origin);
      const words = [`Cannot reach ${url.origin}: ${reason}.`, advice].filter(Boolean).join(' ');
      throw new TypeError(words, { cause: error });
    });
    const { statusCode: status = 0, headersDistinct } = response;
    const pairs = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    const hasBody = !WITHOUT_BODY.includes(status);
    if (!hasBody) response.resume();
    const body = hasBody ? (Readable.toWeb(response) as ReadableStream<Uint8Array>) : null;
    return new Response(body, { status, statusText: response.statusMessage, headers: pairs });
  };
}
