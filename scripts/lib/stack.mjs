/**
 * State that the stages of `npm start` share.
 * @typedef {object} Stack
 * @property {import('./start-options.mjs').StartOptions} options
 * @property {Awaited<ReturnType<typeof import('./stack-record.mjs').claimStack>>} record
 * @property {ReturnType<typeof import('./supervisor.mjs').createSupervisor>} supervisor
 * @property {number} appPort the gateway's
 * @property {string} url the gateway's
 * @property {AbortSignal} signal aborted when the user stops it
 */
import { isPortFree } from './free-port.mjs';
import { StartError } from './start-error.mjs';

/** @param {NodeJS.ProcessEnv} env @returns {number} */
export function readAppPort(env) {
  const text = env.PROCTOR_APP_PORT || '5001';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new StartError(`PROCTOR_APP_PORT must be a port number from 1 to 65535, got "${text}"`);
}

/** Fails before the slow steps rather than after them. @param {number} port */
export async function checkAppPort(port) {
  if (await isPortFree(port)) return;
  let other = port + 1;
  while (other < 65_535 && !(await isPortFree(other))) other++;
  throw new StartError(
    `port ${port} on 127.0.0.1 is taken by another program, and the gateway needs it`,
    `Stop that program (find it with \`lsof -i :${port}\`), or use another port: PROCTOR_APP_PORT=${other} npm start`,
  );
}
