import { findMisspelt } from './find-misspelt.js';
import { ConfigurationError, type EnvSource } from './load-env.js';
import type { LogSettings } from './log-level.js';
import { createLogger, type Logger } from './logger.js';
import { OpenResources } from './open-resources.js';
import { tuneV8 } from './tune-v8.js';

export interface Service<Settings extends LogSettings> {
  /** The process, e.g. `gateway`; on every line of its log. */
  name: string;
  /** The names of the variables that it reads; misspelt ones are reported. */
  variables: readonly string[];
  /** The app's env.ts. Throws `ConfigurationError`: the problems are printed, and the process exits with 1. */
  loadSettings(env: EnvSource): Settings;
  /**
   * Starts the process and registers in `resources` everything it opens. Resolves when the process serves. If it
   * throws, the error is logged, what was opened so far is closed, and the process exits with 1.
   */
  start(context: ServiceContext<Settings>): Promise<unknown>;
  /** How long closing may take before the process exits with 1. Default 25 s (Kubernetes kills after 30 s). */
  stopDeadlineMs?: number;
}

export interface ServiceContext<Settings> {
  settings: Settings;
  logger: Logger;
  /** Closed when the process stops, and after a failed start. */
  resources: OpenResources;
  /** Aborts at the first SIGTERM or SIGINT, also while `start` is still running. */
  signal: AbortSignal;
}

/** The part of `process` that `runService` uses; tests pass their own. */
export interface ProcessHost {
  on(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): unknown;
  writeError(text: string): void;
}

const EXIT_CODE_OF_SIGNAL = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof EXIT_CODE_OF_SIGNAL;

/**
 * The whole life of a process; a main.ts is `await runService({ name, loadSettings, start }, process.env)`.
 *
 * Exit codes: 0 after a graceful stop; 1 for bad configuration, a failed start or stop, a missed stop deadline,
 * an uncaught exception or unhandled rejection (logged as fatal; other processes take over its work);
 * 130 or 143 after a second signal. Resolves when the service has started or failed to start.
 */
export async function runService<Settings extends LogSettings>(
  service: Service<Settings>,
  env: EnvSource,
  host: ProcessHost = thisProcess,
  makeLogger: typeof createLogger = createLogger,
): Promise<void> {
  tuneV8();
  const settings = readSettings(service, env, host);
  if (settings === null) return;
  const logger = makeLogger({ service: service.name, level: settings.logLevel });
  exitOnBug(logger, host);
  for (const { given, meant } of findMisspelt(service.variables, env))
    logger.warn(`${given} is not a setting and has no effect. Did you mean ${meant}?`);

  const resources = new OpenResources(logger);
  const stopping = new AbortController();
  const close = (exitCode: 0 | 1) => closeAndExit({ resources, logger, host, exitCode });
  const limitClosing = () => exitAfter(service.stopDeadlineMs ?? 25_000, logger, host);
  let isStarted = false;
  onStopSignal(host, logger, stopping, () => {
    limitClosing();
    if (isStarted) void close(0);
  });
  try {
    await service.start({ settings, logger, resources, signal: stopping.signal });
  } catch (err) {
    if (stopping.signal.aborted) {
      logger.info({ err }, 'stopped while starting');
      return await close(0);
    }
    logger.fatal({ err }, 'could not start');
    limitClosing();
    return await close(1);
  }
  if (stopping.signal.aborted) return await close(0);
  isStarted = true;
  logger.info('started');
}

function readSettings<Settings extends LogSettings>(
  service: Service<Settings>,
  env: EnvSource,
  host: ProcessHost,
): Settings | null {
  try {
    return service.loadSettings(env);
  } catch (err) {
    if (!(err instanceof ConfigurationError)) throw err;
    host.writeError(`${service.name}: ${err.message}\n`);
    host.exit(1);
    return null;
  }
}

function onStopSignal(
  host: ProcessHost,
  logger: Logger,
  stopping: AbortController,
  beginStop: () => void,
): void {
  const receive = (name: StopSignal) => () => {
    if (stopping.signal.aborted) {
      logger.warn({ signal: name }, 'second signal: exiting at once');
      host.exit(EXIT_CODE_OF_SIGNAL[name]);
      return;
    }
    logger.info({ signal: name }, 'stopping');
    stopping.abort(new Error(`${name} received`));
    beginStop();
  };
  host.on('SIGTERM', receive('SIGTERM'));
  host.on('SIGINT', receive('SIGINT'));
}

function exitAfter(deadlineMs: number, logger: Logger, host: ProcessHost): void {
  setTimeout(() => {
    logger.error({ deadlineMs }, 'did not stop within the deadline: exiting');
    host.exit(1);
  }, deadlineMs).unref();
}

async function closeAndExit(options: {
  resources: OpenResources;
  logger: Logger;
  host: ProcessHost;
  exitCode: 0 | 1;
}): Promise<void> {
  const { resources, logger, host, exitCode } = options;
  try {
    await resources.close();
    logger.info('stopped');
    host.exit(exitCode);
  } catch (err) {
    logger.error({ err }, 'could not stop cleanly');
    host.exit(1);
  }
}

function exitOnBug(logger: Logger, host: ProcessHost): void {
  const die = (event: string) => (err: unknown) => {
    try {
      logger.fatal({ err }, event);
    } catch (cause) {
      // The reader of our output may be gone (EPIPE); that must not keep the process alive.
      host.writeError(`${event}: ${String(err)} (and could not be logged: ${String(cause)})\n`);
    } finally {
      host.exit(1);
    }
  };
  host.on('uncaughtException', die('uncaught exception'));
  host.on('unhandledRejection', die('unhandled rejection'));
}

const thisProcess: ProcessHost = {
  on: (event, listener) => process.on(event, listener),
  exit: (code) => process.exit(code),
  writeError: (text) => process.stderr.write(text),
};
