import { request as requestHttp, STATUS_CODES } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { explainNetworkError, NetworkError } from '@app/domain';

export interface TunnelOptions {
  proxy: URL;
  /** Where the proxy connects to: `host:port`. */
  target: string;
  /** How long the proxy may take. */
  timeoutMs: number;
  /** For a proxy that is reached over TLS. Omitted: Node's. */
  secureContext?: SecureContext;
}

/** Has a proxy connect to a server (CONNECT). @throws NetworkError that names the proxy */
export function openTunnel({ proxy, target, timeoutMs, secureContext }: TunnelOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions & Pick<ConnectionOptions, 'secureContext'> = {
      ...hostAndPort(proxy),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyHeaders(proxy) },
      agent: false,
      timeout: timeoutMs,
      secureContext,
    };
    const request = requestOf(proxy)(options);
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode >= 200 && statusCode <= 299) {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusedByProxy(proxy, statusCode));
    });
    request.once('timeout', () => request.destroy(new DOMException('timed out', 'TimeoutError')));
    request.once('error', (error) => reject(lostProxy(proxy, error, timeoutMs)));
    request.end();
  });
}

export function requestOf({ protocol }: URL): typeof requestHttps {
  return protocol === 'https:' ? requestHttps : requestHttp;
}

/**
 * Where the proxy is. Not the whole URL: Node would take user and password in it for credentials of the target. Without a
 * server name, Node would check the proxy's certificate against the `Host` header, which names the target.
 */
export function hostAndPort(proxy: URL): RequestOptions {
  const { protocol, hostname, port } = proxy;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const servername = isIP(host) === 0 ? host : '';
  return { protocol, host, port: port || (protocol === 'https:' ? '443' : '80'), servername };
}

export function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

const BYPASS = 'or name the host of the server in NO_PROXY to connect without the proxy.';

/** The proxy itself could not be reached. */
export function lostProxy(proxy: URL, error: unknown, timeoutMs?: number): NetworkError {
  const { reason, advice } = explainNetworkError(error, proxy.href, timeoutMs);
  return new NetworkError(
    {
      reason: `the proxy ${proxy.origin} cannot be reached: ${reason}`,
      advice: advice ?? `Correct HTTP_PROXY or HTTPS_PROXY, ${BYPASS}`,
    },
    { cause: error },
  );
}

/** The proxy answered, and does not connect. */
export function refusedByProxy(proxy: URL, status: number): NetworkError {
  const text = STATUS_CODES[status];
  const reason = `the proxy ${proxy.origin} answered ${status}${text === undefined ? '' : ` ${text}`}`;
  if (status !== 407)
    return new NetworkError({ reason, advice: `Ask its operators to allow the connection, ${BYPASS}` });
  const advice =
    'Put the user name and password of the proxy into its variable: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT.';
  return new NetworkError({ reason, advice });
}
