import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpStatusOfHealth, type HealthRegistry } from './health.js';

export interface HealthServer {
  /** The port it listens on: the requested one, or the one the system chose for 0. */
  port: number;
  close(): Promise<void>;
}

/**
 * On a port that serves nothing else: `GET /health/live` (200 while the event loop runs) and `GET /health/ready`
 * (200 or 503, with the report as JSON); anything else is 404. Rejects if the port is not available.
 */
export async function startHealthServer(options: {
  host: string;
  port: number;
  health: HealthRegistry;
}): Promise<HealthServer> {
  const server = createServer((request, response) => void respond(request, response, options.health));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

/** The response to a request; `url` as in the request line. Never throws. */
export async function answerHealthRequest(
  method: string | undefined,
  url: string | undefined,
  health: HealthRegistry,
): Promise<{ status: 200 | 404 | 503; body: object }> {
  const path = method === 'GET' || method === 'HEAD' ? url?.split('?', 1)[0] : undefined;
  if (path === '/health/live') return { status: 200, body: { status: 'ok' } };
  if (path !== '/health/ready') return { status: 404, body: { status: 'not found' } };
  const report = await health.report();
  return { status: httpStatusOfHealth(report), body: report };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  health: HealthRegistry,
): Promise<void> {
  const { status, body } = await answerHealthRequest(request.method, request.url, health);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
