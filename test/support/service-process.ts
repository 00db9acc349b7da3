import { startServerProcess } from '../../scripts/lib/server-process.mjs';

/** A service as a child process, with its output. */
export interface ServiceProcess {
  name: string;
  pid: number;
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after 20 s. Resolves with the exit code. */
  stop(): Promise<number | null>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Resolves once a line of its output matches. Rejects if it exits first, or after `timeoutMs`. */
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<void>;
}

const KEPT_LINES = 20_000;

/**
 * @param entry the built file, e.g. `apps/gateway/src/main.js` below dist
 * @param onLine receives every line; `output` keeps the latest ones only
 */
export async function startService(
  name: string,
  entry: string,
  env: Record<string, string>,
  onLine: (line: string) => void = () => undefined,
): Promise<ServiceProcess> {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const server = await startServerProcess({
    command: process.execPath,
    args: ['--enable-source-maps', `dist/${entry}`],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    onLine: (line: string) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.splice(0, KEPT_LINES / 2);
      onLine(line);
      listeners.forEach((listener) => listener());
    },
  });
  const service: ServiceProcess = {
    name,
    pid: server.pid,
    output: () => lines.join('\n'),
    kill: (signal) => server.kill(signal),
    exited: server.exited,
    async stop() {
      await server.stop([
        { signal: 'SIGCONT', graceMs: 0 },
        { signal: 'SIGTERM', graceMs: 20_000 },
        { signal: 'SIGKILL', graceMs: 5_000 },
      ]);
      return (await server.exited).code;
    },
    waitForOutput(pattern, timeoutMs = 60_000) {
      return new Promise((resolve, reject) => {
        const finish = (error?: Error) => {
          clearTimeout(timer);
          listeners.delete(look);
          if (error) reject(error);
          else resolve();
        };
        const look = () => {
          if (lines.some((line) => pattern.test(line))) finish();
        };
        const fail = (what: string) =>
          finish(new Error(`${name} ${what} before it printed ${pattern}:\n${lines.slice(-20).join('\n')}`));
        const timer = setTimeout(() => fail(`took ${timeoutMs} ms`), timeoutMs);
        listeners.add(look);
        void server.exited.then(() => fail('ended'));
        look();
      });
    },
  };
  return service;
}
