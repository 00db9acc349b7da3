import { dim, say } from './progress.mjs';

/** Postgres last: everything else writes into it while it ends. */
const stopOrder = [['sandbox'], ['redis'], ['postgres']];

/**
 * Aborts its signal when the user or the system wants us to end; asked a second time (a second later: npm passes the
 * same Ctrl-C on to us) everything is killed at once.
 * @param {() => void} killAll @returns {AbortSignal}
 */
export function listenForStop(killAll) {
  const stop = new AbortController();
  let firstAt = 0;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        firstAt = performance.now();
        stop.abort();
      } else if (performance.now() - firstAt > 1_000) {
        killAll();
      }
    });
  }
  return stop.signal;
}

/** @param {ReturnType<typeof import('./supervisor.mjs').createSupervisor>} supervisor */
export async function stopStack(supervisor) {
  if (!supervisor.isEmpty()) say('\nstopping (Ctrl-C again: at once) …');
  await supervisor.stopAll(stopOrder, (name) => say(dim(`  ${name} stopped`)));
}
