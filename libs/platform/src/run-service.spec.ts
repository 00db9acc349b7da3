import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConfigurationError, type EnvSource } from './load-env.js';
import { createLogger } from './logger.js';
import { type ProcessHost, runService, type Service, type ServiceContext } from './run-service.js';

type TestSettings = { logLevel: 'info' };

/** A process of which we see the exit codes, the log and what went to standard error. */
function fakeProcess() {
  const listeners = new Map<string, (value: unknown) => void>();
  const exits: number[] = [];
  const log: string[] = [];
  let errors = '';
  const host: ProcessHost = {
    on: (event, listener) => listeners.set(event, listener),
    exit: (code) => exits.push(code),
    writeError: (text) => (errors += text),
  };
  const makeLogger: typeof createLogger = (options) =>
    createLogger({ ...options, destination: { write: (line: string) => void log.push(line) } });
  return {
    exits,
    log: () => log.join(''),
    errors: () => errors,
    emit: (event: string, value?: unknown) => listeners.get(event)?.(value),
    run: (service: Partial<Service<TestSettings>>, env: EnvSource = {}) =>
      runService(
        {
          name: 'gateway',
          variables: [],
          loadSettings: () => ({ logLevel: 'info' as const }),
          start: async () => undefined,
          ...service,
        },
        env,
        host,
        makeLogger,
      ),
  };
}

/** A start whose resource never finishes closing. */
const openEndless = async ({ resources }: ServiceContext<TestSettings>) =>
  resources.defer('server', () => new Promise(() => undefined));

const settled = () => jest.advanceTimersByTimeAsync(0);

describe('runService', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('warns of a misspelt variable, without its value', async () => {
    const { run, log } = fakeProcess();
    await run({ variables: ['PROCTOR_REDIS_PASSWORD'] }, { PROCTOR_REDIS_PASWORD: 'hunter2' });
    expect(log()).toContain(
      'PROCTOR_REDIS_PASWORD is not a setting and has no effect. Did you mean PROCTOR_REDIS_PASSWORD?',
    );
    expect(log()).not.toContain('hunter2');
  });

  it('prints the problems of the configuration and exits with 1 without starting', async () => {
    const host = fakeProcess();
    let started = false;
    await host.run({
      loadSettings: () => {
        throw new ConfigurationError([{ variable: 'PORT', expected: 'a port', found: 'not set' }]);
      },
      start: async () => {
        started = true;
      },
    });
    expect(host.errors()).toContain('PORT: expected a port, but it is not set');
    expect(host.exits).toEqual([1]);
    expect(started).toBe(false);
  });

  it.each(['SIGTERM', 'SIGINT'])('stops once and exits with 0 on %s', async (signal) => {
    const host = fakeProcess();
    let stops = 0;
    await host.run({
      start: async ({ resources }) => resources.defer('server', () => (stops += 1)),
    });
    expect(host.exits).toEqual([]);
    host.emit(signal);
    await settled();
    expect(stops).toBe(1);
    expect(host.exits).toEqual([0]);
  });

  it('exits with 1 when the stop takes longer than the deadline', async () => {
    const host = fakeProcess();
    await host.run({ stopDeadlineMs: 50, start: openEndless });
    host.emit('SIGTERM');
    await jest.advanceTimersByTimeAsync(49);
    expect(host.exits).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(host.exits).toEqual([1]);
  });

  it('exits at once on a second signal', async () => {
    const host = fakeProcess();
    await host.run({ start: openEndless });
    host.emit('SIGTERM');
    host.emit('SIGINT');
    expect(host.exits).toEqual([130]);
  });

  it('exits with 1 when the stop fails', async () => {
    const host = fakeProcess();
    await host.run({
      start: async ({ resources }) => resources.defer('server', () => Promise.reject(new Error('stuck'))),
    });
    host.emit('SIGTERM');
    await settled();
    expect(host.exits).toEqual([1]);
    expect(host.log()).toContain('stuck');
  });

  it('closes what was opened and exits with 1 when the start fails', async () => {
    const host = fakeProcess();
    const closed: string[] = [];
    await host.run({
      start: async ({ resources }) => {
        resources.defer('postgres', () => closed.push('postgres'));
        resources.defer('queue', () => closed.push('queue'));
        throw new Error('port in use');
      },
    });
    expect(closed).toEqual(['queue', 'postgres']);
    expect(host.exits).toEqual([1]);
    expect(host.log()).toContain('port in use');
  });

  it('exits with 1 when closing after a failed start takes longer than the deadline', async () => {
    const host = fakeProcess();
    void host.run({
      stopDeadlineMs: 50,
      start: async (context) => {
        await openEndless(context);
        throw new Error('port in use');
      },
    });
    await jest.advanceTimersByTimeAsync(50);
    expect(host.exits).toEqual([1]);
  });

  it('tells a running start that a signal came, and closes what it opened', async () => {
    const host = fakeProcess();
    let stops = 0;
    let finishStart: () => void = () => undefined;
    let startSignal: AbortSignal | undefined;
    const run = host.run({
      start: ({ signal, resources }) => {
        startSignal = signal;
        resources.defer('server', () => (stops += 1));
        return new Promise<void>((resolve) => (finishStart = resolve));
      },
    });
    host.emit('SIGTERM');
    expect(startSignal?.aborted).toBe(true);
    expect(stops).toBe(0);
    finishStart();
    await run;
    expect(stops).toBe(1);
    expect(host.exits).toEqual([0]);
  });

  it('stops gracefully when the start gives up because of the signal', async () => {
    const host = fakeProcess();
    const closed: string[] = [];
    const run = host.run({
      start: ({ signal, resources }) => {
        resources.defer('postgres', () => closed.push('postgres'));
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('interrupted')));
        });
      },
    });
    host.emit('SIGTERM');
    await run;
    expect(closed).toEqual(['postgres']);
    expect(host.exits).toEqual([0]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs %s as fatal and exits with 1', async (event) => {
    const host = fakeProcess();
    await host.run({});
    host.emit(event, new Error('a bug'));
    expect(host.exits).toEqual([1]);
    expect(host.log()).toContain('"level":"fatal"');
    expect(host.log()).toContain('a bug');
  });
});
