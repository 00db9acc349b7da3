import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../objects/api-error.js';
import { type ApiRequest, hasBody, hostsOf } from './exchange.js';

/**
 * Accepts only requests from a Kubernetes client on this machine. A web page can reach a loopback port, but it cannot omit
 * `Origin`, choose `Host` or know the token. Throws `ApiError` 403, 415 or 401.
 */
export function checkRequest(request: ApiRequest, ports: readonly number[], token: string): void {
  const { method, headers } = request;
  const hosts = ports.flatMap((port) => ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`));
  const given = hostsOf(request);
  if (given.length === 0 || !given.every((host) => hosts.includes(host.toLowerCase()))) {
    throw new ApiError(403, 'Forbidden', `forbidden: the Host header must be one of ${hosts.join(', ')}`);
  }
  if (headers.origin !== undefined)
    throw new ApiError(403, 'Forbidden', 'forbidden: requests from web pages are not served');
  if (!isToken(headers.authorization, token)) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  const contentType = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (method !== 'GET' && hasBody(request) && contentType !== 'application/json') {
    const message =
      'the body of the request was in an unknown format - accepted media types include: application/json ' +
      '(kube-sandbox: kubectl sends JSON for "create -f FILE" and "run", but protobuf for "create job" and similar commands)';
    throw new ApiError(415, 'UnsupportedMediaType', message);
  }
}

function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  // Hashed, so that the comparison time reveals neither content nor length.
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
