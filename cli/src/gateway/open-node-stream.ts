import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { OpenStream } from '@app/gateway-client';

const KEEP_ALIVE_MS = 15_000;

/** Not over `fetch`: Node's gives up on a body that is silent for five minutes. */
export const openNodeStream: OpenStream = async (url, { headers, signal }) => {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const request = send(url, { headers, signal });
    // Stays attached: a request that is aborted after its response emits an error, too.
    request.on('error', reject);
    request.once('response', (response) => {
      // A half-open connection reports nothing by itself.
      response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
      resolve({
        status: response.statusCode ?? 0,
        contentType: response.headers['content-type'] ?? '',
        location: response.headers.location ?? null,
        chunks: response,
      });
    });
    request.end();
  });
};
