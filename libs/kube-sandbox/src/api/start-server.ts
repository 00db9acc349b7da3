import { createSecureServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { createServer as createHttp1Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ApiContext } from './api-context.js';
import type { ApiRequest, ApiResponse } from './exchange.js';
import { handleRequest } from './handle-request.js';
import type { Certificate } from './issue-certificate.js';

export interface ServerOptions {
  /** 0: any free port. */
  port: number;
  /** Which versions the server offers to clients. */
  versions: readonly HttpVersion[];
  /** How many requests a client may have open on a connection of HTTP/2. */
  maxConcurrentStreams: number;
}

/** As they are named in the handshake of TLS. */
export type HttpVersion = 'h2' | 'http/1.1';

export interface ApiServer {
  port: number;
  /** Tells clients of HTTP/2 to finish what they have begun, and to connect again for more. Returns how many it told. */
  sendGoAway(): number;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const KEEP_ALIVE_MS = 120_000;
/** For the events of watches that their clients have not read yet. Node's default would refuse requests at 10. */
const SESSION_MEMORY_MB = 128;

/** Listens on loopback only. Rejects if the port is taken. */
export async function startServer(
  context: ApiContext,
  { keyPem, certificatePem }: Certificate,
  { port: wantedPort, versions, maxConcurrentStreams }: ServerOptions,
): Promise<ApiServer> {
  let port = wantedPort;
  const onRequest = (request: unknown, response: unknown) =>
    void handleRequest(context, port, request as ApiRequest, response as ApiResponse);
  const certificate = { key: keyPem, cert: certificatePem };
  const server = versions.includes('h2')
    ? createHttp2Server({
        ...certificate,
        allowHTTP1: versions.includes('http/1.1'),
        settings: { maxConcurrentStreams },
        maxSessionMemory: SESSION_MEMORY_MB,
      })
    : createHttp1Server(certificate);
  server.on('request', onRequest);
  // An option of only one of the two.
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MS });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    context.counts.connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  // Clients that vanish during a handshake or request are not worth reporting.
  server.on('tlsClientError', () => undefined).on('sessionError', () => undefined);
  server.on('clientError', (_error: Error, socket: Socket) => void socket.destroy());
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(wantedPort, LOOPBACK, resolve),
  );
  ({ port } = server.address() as AddressInfo);
  return {
    port,
    sendGoAway: () => {
      const told = [...sessions];
      for (const session of told) session.close();
      return told.length;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
