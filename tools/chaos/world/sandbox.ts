import type { Faults, RunRecord, SandboxOptions } from '@app/kube-sandbox';
import { Child } from './child.js';
import type { SandboxMethods } from './sandbox-main.js';

/** The Kubernetes sandbox in its own process. */
export class Sandbox {
  private constructor(
    private readonly child: Child<SandboxMethods>,
    readonly url: string,
    readonly kubeconfigPath: string,
  ) {}

  static async start(options: Omit<SandboxOptions, 'log'>): Promise<Sandbox> {
    const child = await Child.start<SandboxMethods>('sandbox-main.ts');
    try {
      const { url, kubeconfigPath } = await child.call('start', options);
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
    await this.child.call('fault', { fault, args });
  }

  history(): Promise<readonly RunRecord[]> {
    return this.child.call('history');
  }

  close(): Promise<void> {
    return this.child.close();
  }
}
