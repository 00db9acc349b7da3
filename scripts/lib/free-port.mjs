import { createServer } from 'node:net';

/** @param {number} port 0: any @returns {Promise<number | undefined>} the port that could be bound on 127.0.0.1 */
function tryListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: bound } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(bound));
    });
  });
}

/** A port of 127.0.0.1 that is free now, picked by the system. Another process may take it before it is used. */
export async function freePort() {
  return /** @type {number} */ (await tryListen(0));
}

/** @param {number} port @returns {Promise<boolean>} */
export async function isPortFree(port) {
  return (await tryListen(port)) !== undefined;
}

/** @param {number | undefined} wished @returns {Promise<number>} `wished` when it is free, else any free one */
export async function portNear(wished) {
  return wished && (await isPortFree(wished)) ? wished : freePort();
}
