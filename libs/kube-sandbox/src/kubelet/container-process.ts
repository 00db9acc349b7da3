import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { withTimeout } from '@app/timing';
import type { ContainerLog } from './container-log.js';
import { signalGroup } from './process-identity.js';
import type { ProcessStarter, StartedProcess } from './process-starter.js';

export interface ContainerExit {
  /** 128 + the signal number if a signal ended it, as container runtimes report it. */
  exitCode: number;
  killed: boolean;
}

export interface ProcessOptions {
  command: readonly string[];
  env: Record<string, string>;
  folder: string;
  /** The user to run as; null: the sandbox's own. */
  userId: number | null;
  log: ContainerLog;
}

/** The container could not be started. The message imitates the container runtime's. */
export class StartError extends Error {}

/** How long to wait for output after the main process and its group are gone. */
const DRAIN_MS = 2000;

/** A container's main process and its process group. */
export class ContainerProcess {
  private killTimer: NodeJS.Timeout | null = null;
  private wasKilled = false;
  private isOver = false;
  readonly exit: Promise<ContainerExit>;

  private constructor(private readonly process: StartedProcess) {
    this.exit = this.waitForExit();
  }

  /** Starts it in its own process group. Throws `StartError` if the program cannot be run. */
  static async start(
    starter: ProcessStarter,
    { command, env, folder, userId, log }: ProcessOptions,
  ): Promise<ContainerProcess> {
    const [program, ...args] = command;
    if (program === undefined) throw new StartError('no command specified');
    try {
      return new ContainerProcess(
        await starter.start({ program, args, env, folder, userId }, (stream, bytes) =>
          log.write(stream, bytes),
        ),
      );
    } catch (error) {
      throw new StartError(runtimeMessage(program, error as NodeJS.ErrnoException));
    }
  }

  get pid(): number {
    return this.process.pid;
  }

  /** See `processStartOf`. */
  get processStart(): string | null {
    return this.process.processStart;
  }

  /** Sends SIGTERM to the group, then SIGKILL after the grace period. May be called again with a shorter one. */
  stop(graceMs: number): void {
    if (this.isOver) return;
    this.wasKilled = true;
    if (this.killTimer) clearTimeout(this.killTimer);
    if (graceMs <= 0) {
      signalGroup(this.pid, 'SIGKILL');
      return;
    }
    signalGroup(this.pid, 'SIGTERM');
    this.killTimer = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), graceMs);
  }

  private async waitForExit(): Promise<ContainerExit> {
    const { exitCode, signal } = await this.process.ended;
    // A container ends with its main process: kill what is left of its group.
    signalGroup(this.pid, 'SIGKILL');
    this.isOver = true;
    if (this.killTimer) clearTimeout(this.killTimer);
    await this.drain();
    return { exitCode: exitCode ?? 128 + (signal ? constants.signals[signal] : 0), killed: this.wasKilled };
  }

  /** Waits for the last output, but not for a process that left the group and still holds the pipes open. */
  private async drain(): Promise<void> {
    // If this process was too busy to read, one more turn of the event loop reads what has arrived.
    await withTimeout(this.process.drained, DRAIN_MS, () => setImmediate());
    this.process.detachOutput();
  }
}

function runtimeMessage(program: string, error: NodeJS.ErrnoException): string {
  const why =
    error.code === 'ENOENT'
      ? program.includes('/')
        ? `stat ${program}: no such file or directory`
        : 'executable file not found in $PATH'
      : error.code === 'EACCES'
        ? 'permission denied'
        : error.message;
  return (
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
    `unable to start container process: error during container init: exec: "${program}": ${why}: unknown`
  );
}
