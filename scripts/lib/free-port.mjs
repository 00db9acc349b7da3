import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ephemeral ports (Linux: from 32,768; macOS, Windows: from 49,152), so that no outgoing connection takes a
 * port between our check and its use.
 */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
/** Processes that start together search different parts, so that they do not find the same port. */
const PARTS = 32;
/** Random, so that a port is not reused soon: a client of its last owner may still try to reconnect. */
let nextIndex = (process.pid % PARTS) * (PORTS / PARTS) + randomInt(PORTS / PARTS);

/** Finds a free port of 127.0.0.1, a different one at each call. Another process may still take it before its use. */
export async function freePort() {
  for (let tries = 0; tries < PORTS; tries++) {
    const port = FIRST_PORT + (nextIndex++ % PORTS);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no port of 127.0.0.1 from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free`);
}

/** @param {number} port @returns {Promise<boolean>} */
export function isPortFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** @param {number | undefined} wished @returns {Promise<number>} `wished` if free, else any free one */
export async function portNear(wished) {
  return wished && (await isPortFree(wished)) ? wished : freePort();
}
