import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService, type ServiceProcess } from '../../../test/support/service-process.js';
import type { CrashRecord } from '../record.js';
import type { Network } from './network.js';
import type { ServiceKind } from './service-kinds.js';

/** As Kubernetes would, if not after the same time. */
const RESTART_PAUSE_MS = 1_000;

export interface KeptServiceOptions {
  name: string;
  kind: ServiceKind;
  env: Record<string, string>;
  network: Network;
  /** Its clock, if it has one of its own. */
  clock?: { set(offsetMs: number): void };
  log: (line: string) => void;
  onStart: (pid: number) => void;
  onCrash: (crash: CrashRecord) => void;
}

/** One service process with a supervisor: whenever it has ended, it is started again. */
export class KeptService {
  /** The most memory that one of its processes had. */
  peakRssKb = 0;
  restarts = 0;
  private process: ServiceProcess | null = null;
  /** The process that was told to end. */
  private told: ServiceProcess | null = null;
  private isClosing = false;
  private keeping: Promise<void> = Promise.resolve();
  private freezes = 0;

  private constructor(readonly options: KeptServiceOptions) {}

  static async start(options: KeptServiceOptions): Promise<KeptService> {
    const service = new KeptService(options);
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
    return this.process?.waitForOutput(pattern) ?? Promise.reject(new Error(`${this.name} does not run`));
  }

  /** False: it was ended by something else just now. */
  end(signal: 'SIGKILL' | 'SIGTERM'): boolean {
    const { process } = this;
    if (!process) return false;
    this.told = process;
    process.kill('SIGCONT');
    process.kill(signal);
    return true;
  }

  /** Stops its clockwork, but not the world's. @returns lets it go on; may be called once */
  freeze(): () => void {
    this.freezes += 1;
    this.process?.kill('SIGSTOP');
    return () => {
      this.freezes -= 1;
      if (this.freezes === 0) this.process?.kill('SIGCONT');
    };
  }

  /** Notes how much memory it has used at most. To be called now and then, and before it is ended. */
  sampleMemory(): void {
    try {
      const status = readFileSync(`/proc/${this.process?.pid}/status`, 'latin1');
      this.peakRssKb = Math.max(this.peakRssKb, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
    } catch {
      // it has ended, or this system has no /proc
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
      if (process !== this.told) this.options.onCrash({ service: this.name, how, atMs: Date.now() });
      this.options.log(`chaos: ended (${how})`);
      await sleep(RESTART_PAUSE_MS);
      if (this.isClosing) return;
      this.restarts += 1;
      await this.launch();
    }
  }
}
