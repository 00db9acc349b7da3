import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';

/** The methods of a child, by name. Arguments and results are sent as JSON. */
export type Methods = Record<string, (...args: never[]) => unknown>;

interface Call {
  n: number;
  method: string;
  args: unknown[];
}

type Reply = { n: number; result: unknown } | { n: number; error: string };

/** In production these servers have machines of their own: they must not wait for the services. Needs permission. */
function prioritize(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // Not permitted: it runs at the usual priority.
  }
}

/** A part of the world in its own process, so that it does not wait for the others. */
export class Child<Of extends Methods> {
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private calls = 0;

  private constructor(private readonly process: ChildProcess) {
    process.on('message', (reply: Reply) => this.waiting.get(reply.n)?.(reply));
    process.on('exit', () => {
      for (const [n, settle] of this.waiting) settle({ n, error: 'the process has exited' });
    });
  }

  /**
   * @param file a path, relative to the folder of this file; it must call `answerParent`
   * @param isPrioritized whether it goes before the services, if permitted
   */
  static async start<Of extends Methods>(file: string, { isPrioritized = true } = {}): Promise<Child<Of>> {
    const process = fork(resolve(import.meta.dirname, file), [], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    });
    await once(process, 'spawn');
    if (isPrioritized) prioritize(process.pid!);
    return new Child<Of>(process);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** @throws the error of the method, or when the process has exited */
  call<Method extends keyof Of & string>(
    method: Method,
    ...args: Parameters<Of[Method]>
  ): Promise<Awaited<ReturnType<Of[Method]>>> {
    const n = (this.calls += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(n, (reply) => {
        this.waiting.delete(n);
        if ('error' in reply) reject(new Error(`${method}: ${reply.error}`));
        else resolve(reply.result as Awaited<ReturnType<Of[Method]>>);
      });
      const call: Call = { n, method, args };
      this.process.send(call, (error) => {
        if (error) this.waiting.get(n)?.({ n, error: error.message });
      });
    });
  }

  /** The child exits when its parent disconnects. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.disconnect();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

/** In the child: serves calls until the parent is gone. @param end runs then, before the process exits */
export function answerParent(methods: Methods, end: () => unknown): void {
  process.on('message', ({ n, method, args }: Call) => {
    const send = (reply: Reply) => void process.send?.(reply);
    void Promise.resolve()
      .then(() => methods[method]!(...(args as never[])))
      .then(
        (result) => send({ n, result }),
        (error: unknown) => send({ n, error: String(error) }),
      );
  });
  process.on('disconnect', () => void Promise.resolve(end()).finally(() => process.exit(0)));
  // Ctrl-C in the terminal is for the parent, which then shuts this process down.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
}
