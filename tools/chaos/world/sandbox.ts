import type { Faults, RunRecord, SandboxOptions } from '@app/kube-sandbox';
import { Child } from './child.js';
import type { SandboxVerbs } from './sandbox-main.js';

/** The cluster, in a process of its own. */
export class Sandbox {
  private constructor(
    private readonly child: Child<SandboxVerbs>,
    readonly url: string,
    readonly kubeconfigPath: string,
  ) {}

  static async start(options: Omit<SandboxOptions, 'log'>): Promise<Sandbox> {
    const child = await Child.start<SandboxVerbs>('sandbox-main.ts');
    try {
      const { url, kubeconfigPath } = await child.ask('start', options);
      return new Sandbox(child, url, kubeconfigPath);
    } catch (error) {
      await child.close();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid;
  }

  async fault<Name extends keyof Faults>(fault: Name, ...args: Parameters<Faults[Name]>): Promise<void> {
    await this.child.ask('fault', { fault, args });
  }

  history(): Promise<readonly RunRecord[]> {
    return this.child.ask('history');
  }

  close(): Promise<void> {
    return this.child.close();
  }
}
