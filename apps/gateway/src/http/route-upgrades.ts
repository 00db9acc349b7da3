import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** What Node passes along with an upgrade request. */
export interface Upgrade {
  socket: Duplex;
  /** Bytes that the client has sent after the headers. */
  head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** @returns null if the request does not ask for a WebSocket */
export function findUpgrade(request: IncomingMessage): Upgrade | null {
  return upgrades.get(request) ?? null;
}

/**
 * Routes WebSocket requests through the router, guards and error filter like any other, so that a refusal is an ordinary
 * HTTP answer: the v2 client crashes if the connection is just closed. The handler gets the socket from `findUpgrade`.
 */
export function routeUpgrades(fastify: FastifyInstance): void {
  const { server } = fastify;
  // Node's own: no other listener may count the connection again.
  const [readRequests] = server.listeners('connection');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      unread(request, socket, head);
      readRequests?.call(server, socket);
      return;
    }
    socket.on('error', () => socket.destroy());
    upgrades.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
    response.on('finish', () => socket.end());
    fastify.routing(request, response);
  });
}

/** Puts the request back to be read as if it offered no other protocol: some HTTP clients offer h2c with each one. */
function unread(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!/^(upgrade|connection|http2-settings)$/i.test(name))
      lines.push(`${name}: ${request.rawHeaders[index + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
}
