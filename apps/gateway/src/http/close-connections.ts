import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long requests in progress may take once the process stops. */
const MAX_WAIT_MS = 10_000;

/**
 * Tracks connections without a request in progress. When its server closes, Node closes idle connections, but not those
 * that never carried a request (clients open some ahead), and would wait a minute for them.
 * @returns a function to call when the server starts to close; call the function that it returns when it has closed
 */
export function trackConnections(server: Server): () => () => void {
  const idle = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.on('upgrade', ({ socket }: IncomingMessage) => idle.delete(socket));
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    response.once('close', () => {
      if (!socket.destroyed) idle.add(socket);
    });
  });
  return () => {
    idle.forEach((socket) => socket.destroy());
    const timer = setTimeout(() => server.closeAllConnections(), MAX_WAIT_MS);
    return () => clearTimeout(timer);
  };
}
