import type { FaultCommand, Faults } from '@app/kube-sandbox';
import type { Sandbox } from '../world/sandbox.js';

/** Injects faults into the sandbox. They may overlap: clearing one leaves the others active. */
export class SandboxFaults {
  private readonly active = new Set<FaultCommand>();

  constructor(private readonly sandbox: Pick<Sandbox, 'fault'>) {}

  /** Starts a fault that lasts. @returns clears it */
  async add<Name extends keyof Faults>(
    fault: Name,
    ...args: Parameters<Faults[Name]>
  ): Promise<() => Promise<void>> {
    const command: FaultCommand = { fault, args };
    this.active.add(command);
    await this.sandbox.fault(fault, ...args);
    return async () => {
      this.active.delete(command);
      await this.sandbox.fault('clear');
      for (const other of this.active) await this.sandbox.fault(other.fault, ...(other.args as never));
    };
  }

  /** Injects a fault that is over at once. */
  once<Name extends keyof Faults>(fault: Name, ...args: Parameters<Faults[Name]>): Promise<void> {
    return this.sandbox.fault(fault, ...args);
  }
}
