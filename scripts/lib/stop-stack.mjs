import { dim, flush, interruptSteps, say } from './progress.mjs';

/** Postgres last: the others write to it while they stop. */
const stopOrder = [['sandbox'], ['redis'], ['postgres']];

/**
 * Aborts its signal when the user or the system stops us. A second signal kills everything immediately, if it comes more
 * than a second later: npm forwards the first Ctrl-C to us again.
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
  interruptSteps();
  const isRunning = !supervisor.isEmpty();
  if (isRunning) say('\nstopping (press Ctrl-C again to kill) …');
  await supervisor.stopAll(stopOrder, (name) => say(dim(`  ${name} stopped`)));
  if (isRunning) say('stopped');
  await flush();
}
