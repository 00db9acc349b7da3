import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiContext } from './api-context.js';
import { handleRequest } from './handle-request.js';
import type { Certificate } from './issue-certificate.js';

export interface ApiServer {
  port: number;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** Listens on loopback only. Port 0 picks a free port. Rejects if the port is taken. */
export async function startServer(
  context: ApiContext,
  { keyPem, certificatePem }: Certificate,
  wantedPort: number,
): Promise<ApiServer> {
  let port = wantedPort;
  const server = createServer(
    { key: keyPem, cert: certificatePem, keepAliveTimeout: 120_000 },
    (request, response) => {
      void handleRequest(context, port, request, response);
    },
  );
  server.on('connection', () => (context.counts.connections += 1));
  // Clients that vanish during a handshake or request are not worth reporting.
  server.on('tlsClientError', () => undefined).on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(wantedPort, LOOPBACK, resolve),
  );
  ({ port } = server.address() as AddressInfo);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
