import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

/** What a child can be asked, by name. Arguments and answers go as JSON. */
export type Verbs = Record<string, (...args: never[]) => unknown>;

interface Question {
  n: number;
  verb: string;
  args: unknown[];
}

type Reply = { n: number; result: unknown } | { n: number; error: string };

/** The world has machines of its own elsewhere: it must not wait for the services that it serves. As far as allowed. */
function prefer(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // Then it is slower, as everything here.
  }
}

/** A part of the world in a process of its own, so that it does not wait for the others. */
export class Child<Of extends Verbs> {
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private asked = 0;

  private constructor(private readonly process: ChildProcess) {
    process.on('message', (reply: Reply) => this.waiting.get(reply.n)?.(reply));
    process.on('exit', () => {
      for (const [n, settle] of this.waiting) settle({ n, error: 'the process has ended' });
    });
  }

  /** @param file beside this one; it has to call `answerParent` */
  static async start<Of extends Verbs>(file: string): Promise<Child<Of>> {
    const process = fork(join(import.meta.dirname, file), [], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    });
    await once(process, 'spawn');
    prefer(process.pid!);
    return new Child<Of>(process);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** @throws what the verb threw, or when the process has ended */
  ask<Verb extends keyof Of & string>(
    verb: Verb,
    ...args: Parameters<Of[Verb]>
  ): Promise<Awaited<ReturnType<Of[Verb]>>> {
    const n = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.waiting.set(n, (reply) => {
        this.waiting.delete(n);
        if ('error' in reply) reject(new Error(`${verb}: ${reply.error}`));
        else resolve(reply.result as Awaited<ReturnType<Of[Verb]>>);
      });
      const question: Question = { n, verb, args };
      this.process.send(question, (error) => {
        if (error) this.waiting.get(n)?.({ n, error: error.message });
      });
    });
  }

  /** It ends when nobody talks to it any more. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.disconnect();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

/** In the child: answers until the parent is gone. @param end called then, before the process ends */
export function answerParent(verbs: Verbs, end: () => unknown): void {
  process.on('message', ({ n, verb, args }: Question) => {
    const send = (reply: Reply) => void process.send?.(reply);
    void Promise.resolve()
      .then(() => verbs[verb]!(...(args as never[])))
      .then(
        (result) => send({ n, result }),
        (error: unknown) => send({ n, error: String(error) }),
      );
  });
  process.on('disconnect', () => void Promise.resolve(end()).finally(() => process.exit(0)));
  // A Ctrl-C in the terminal is for the parent, which then ends us in order.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
}
