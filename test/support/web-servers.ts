import { createServer, request, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { listen, type OpenServer } from '../../libs/outbound/src/testing/index.js';
import { issueCertificate, type Certificate } from '../../libs/kube-sandbox/src/api/issue-certificate.js';

const DAY_MS = 24 * 3600 * 1000;

/** A certificate authority of a company, and certificates that it signs. */
export class TestAuthority {
  private readonly own: Certificate;

  constructor(private readonly name = 'Example Company CA') {
    this.own = issueCertificate({ name, hosts: [], ...validOn(Date.now()), isAuthority: true });
  }

  get pem(): string {
    return this.own.certificatePem;
  }

  /** For a server at these host names and addresses. */
  issue(hosts: readonly string[], validity = validOn(Date.now())): Certificate {
    const issuer = { name: this.name, keyPem: this.own.keyPem };
    return issueCertificate({ name: 'server', hosts, ...validity, isAuthority: false, issuer });
  }
}

/** From two days before to two days after. */
export function validOn(atMs: number): { validFromMs: number; validToMs: number } {
  return { validFromMs: atMs - 2 * DAY_MS, validToMs: atMs + 2 * DAY_MS };
}

/**
 * A reverse proxy before a server of this machine: adds TLS if it has a certificate, and removes a path from the start of
 * addresses, which must have it. Passes WebSockets on.
 */
export async function startReverseProxy(
  targetPort: number,
  { path = '', ...options }: { path?: string } & Partial<ServerOptions> = {},
): Promise<OpenServer> {
  const server = options.key ? createTlsServer(options) : createServer();
  const onward = ({ method, url = '', headers }: IncomingMessage) =>
    request({ host: '127.0.0.1', port: targetPort, method, headers, path: url.slice(path.length) || '/' });
  const isBelow = ({ url }: IncomingMessage) => url?.startsWith(`${path}/`) ?? false;
  server.on('request', (incoming, response) => {
    if (!isBelow(incoming)) return void response.writeHead(404).end();
    const passed = onward(incoming).on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    if (!isBelow(incoming)) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    onward(incoming)
      .on('upgrade', (answer, upstream, head) => {
        const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
        socket.write(head);
        upstream.pipe(socket).pipe(upstream);
        upstream.on('error', () => socket.destroy());
      })
      .on('error', () => socket.destroy())
      .end();
  });
  return listen(server);
}
