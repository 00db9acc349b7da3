import { duration, say } from './progress.mjs';
import { StartError } from './start-error.mjs';

/**
 * @typedef {object} Launched a running process and how to stop it gracefully
 * @property {import('./server-process.mjs').ServerProcess} process
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} Kept what is restarted whenever it ends
 * @property {string} name
 * @property {() => Promise<Launched>} launch may be called again after it ended
 * @property {number} [port] @property {string} [logFile]
 */

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A process that ran this long has recovered: its next crash counts as the first. */
const stableAfterMs = 30_000;

/** @param {number} crashesInARow at least 1 @returns {number} */
export const restartDelayMs = (crashesInARow) =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** (crashesInARow - 1));

/**
 * Keeps processes running until they are stopped. After each start, `onChange` receives all that run, in the order of
 * their first start, to record them.
 * @param {(running: import('./state-file.mjs').RecordedProcess[]) => void} onChange
 */
export function createSupervisor(onChange) {
  /** @type {{ kept: Kept, launched: Launched, restarts: number, crashesInARow: number }[]} */
  const entries = [];
  let stopping = false;
  /** @type {AbortController} */
  const stopped = new AbortController();

  const record = () =>
    onChange(
      entries.map(({ kept, launched, restarts }) => ({
        name: kept.name,
        ...launched.process.identity,
        restarts,
        ...(kept.port === undefined ? {} : { port: kept.port }),
        ...(kept.logFile === undefined ? {} : { logFile: kept.logFile }),
      })),
    );

  /** @param {(typeof entries)[number]} entry */
  async function keepAlive(entry) {
    for (;;) {
      const startedAt = performance.now();
      const { code, signal } = await entry.launched.process.exited;
      if (stopping) return;
      const ranMs = performance.now() - startedAt;
      entry.crashesInARow = ranMs > stableAfterMs ? 1 : entry.crashesInARow + 1;
      await startAgain(entry, signal ? `was killed by ${signal}` : `exited with status ${code}`);
      if (stopping) return;
    }
  }

  /** @param {(typeof entries)[number]} entry @param {string} reason */
  async function startAgain(entry, reason) {
    for (let why = reason; !stopping;) {
      const delayMs = restartDelayMs(entry.crashesInARow);
      say(`! ${entry.kept.name} ${why}; restarting it in ${duration(delayMs)}`);
      await sleep(delayMs, stopped.signal);
      if (stopping) return;
      try {
        const launched = await entry.kept.launch();
        entry.launched = launched;
        entry.restarts++;
        if (stopping) await launched.stop();
        else record();
        return;
      } catch (error) {
        entry.crashesInARow++;
        why = `failed to start (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
      }
    }
  }

  return {
    /**
     * Launches a process and keeps it running. Throws what the first `launch` throws.
     * @template {Launched} L @param {Omit<Kept, 'launch'> & { launch: () => Promise<L> }} kept @returns {Promise<L>}
     */
    async keep(kept) {
      if (stopping) throw new StartError('stopped');
      const launched = await kept.launch();
      if (stopping) {
        await launched.stop();
        throw new StartError('stopped');
      }
      const entry = { kept, launched, restarts: 0, crashesInARow: 0 };
      entries.push(entry);
      record();
      void keepAlive(entry);
      return launched;
    },
    /** @returns {string | undefined} a process that exited `times` in a row, with its last output */
    findCrashing(times = 3) {
      const entry = entries.find(({ crashesInARow }) => crashesInARow >= times);
      return entry && `${entry.kept.name} keeps exiting:\n${entry.launched.process.lastOutput()}`;
    },
    /**
     * Stops processes outside of `groups` first, then group by group; those of one group at the same time.
     * @param {readonly (readonly string[])[]} groups @param {(name: string) => void} [onStopped]
     */
    async stopAll(groups, onStopped = () => {}) {
      stopping = true;
      stopped.abort();
      const named = new Set(groups.flat());
      const others = entries.map(({ kept }) => kept.name).filter((name) => !named.has(name));
      for (const group of [others, ...groups]) {
        const members = entries.filter(({ kept }) => group.includes(kept.name));
        await Promise.all(
          members.map(async ({ kept, launched }) => {
            await launched.stop();
            onStopped(kept.name);
          }),
        );
      }
    },
    isEmpty: () => entries.length === 0,
    /** Immediately and in no order, for a second signal of the user. */
    killAll() {
      for (const { launched } of entries) launched.process.kill('SIGKILL');
    },
  };
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} resolves early when aborted */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
