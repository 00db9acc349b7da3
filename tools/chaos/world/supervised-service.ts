import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type ServiceProcess } from '../../../test/support/service-process.js';
import type { CrashRecord } from '../record.js';
import type { Network } from './network.js';
import type { ServiceKind } from './service-kinds.js';

/** Shorter than the back-off of Kubernetes. */
const RESTART_PAUSE_MS = 1_000;

export interface SupervisedServiceOptions {
  name: string;
  kind: ServiceKind;
  env: Record<string, string>;
  network: Network;
  /** Its clock, if faults may shift it. */
  clock?: { set(offsetMs: number): void };
  log: (line: string) => void;
  onStart: (pid: number) => void;
  onCrash: (crash: CrashRecord) => void;
}

/** One service process with a supervisor that starts it again whenever it has exited. */
export class SupervisedService {
  /** Peak memory of any of its processes. */
  peakRssKb = 0;
  restarts = 0;
  private process: ServiceProcess | null = null;
  /** The process that a fault has ended. */
  private ended: ServiceProcess | null = null;
  private isClosing = false;
  private keeping: Promise<void> = Promise.resolve();
  private freezes = 0;

  private constructor(readonly options: SupervisedServiceOptions) {}

  static async start(options: SupervisedServiceOptions): Promise<SupervisedService> {
    const service = new SupervisedService(options);
    await service.launch();
    service.keeping = service.keep();
    return service;
  }

  get name(): string {
    return this.options.name;
  }

  get kind(): ServiceKind {
    return this.options.kind;
  }

  waitForOutput(pattern: RegExp): Promise<void> {
    return this.process?.waitForOutput(pattern) ?? Promise.reject(new Error(`${this.name} is not running`));
  }

  /** @returns false when it is down already */
  end(signal: 'SIGKILL' | 'SIGTERM'): boolean {
    const { process } = this;
    if (!process) return false;
    this.ended = process;
    process.kill('SIGCONT');
    process.kill(signal);
    return true;
  }

  /** Suspends the process. @returns resumes it; call it once */
  freeze(): () => void {
    this.freezes += 1;
    this.process?.kill('SIGSTOP');
    return () => {
      this.freezes -= 1;
      if (this.freezes === 0) this.process?.kill('SIGCONT');
    };
  }

  /** Records its peak memory. Call it regularly, and before it is ended. */
  sampleMemory(): void {
    try {
      const status = readFileSync(`/proc/${this.process?.pid}/status`, 'latin1');
      this.peakRssKb = Math.max(this.peakRssKb, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has exited, or this system has no /proc.
    }
  }

  async close(): Promise<void> {
    this.sampleMemory();
    this.isClosing = true;
    await this.process?.stop();
    await this.keeping;
  }

  private async launch(): Promise<void> {
    const { kind, env, log, onStart } = this.options;
    this.process = await startService(this.name, `apps/${kind}/src/main.js`, env, log);
    onStart(this.process.pid);
  }

  private async keep(): Promise<void> {
    while (!this.isClosing && this.process) {
      const { process } = this;
      const { code, signal } = await process.exited;
      this.process = null;
      if (this.isClosing) return;
      const how = signal ?? `status ${code}`;
      if (process !== this.ended) this.options.onCrash({ service: this.name, how, atMs: Date.now() });
      this.options.log(`chaos: exited (${how})`);
      await sleep(RESTART_PAUSE_MS);
      if (this.isClosing) return;
      this.restarts += 1;
      await this.launch();
    }
  }
}
