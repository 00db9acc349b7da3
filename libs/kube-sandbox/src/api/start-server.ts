import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ApiContext } from './api-context.js';
import { handleRequest } from './handle-request.js';
import type { Certificate } from './self-signed-certificate.js';

export interface ApiServer {
  port: number;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** Listens on loopback and nothing else; port 0: a free one. Rejects when the port is taken. */
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
  // A client that vanishes in the middle of a handshake or a request is no news.
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
