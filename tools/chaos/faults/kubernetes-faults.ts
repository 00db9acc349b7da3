import type { FaultCommand, Faults, RequestFault } from '@app/kube-sandbox';
import type { Sandbox } from '../world/sandbox.js';
import { choose, nothingToHeal, type Inject } from './fault.js';

/** The sandbox's faults, which may overlap: the end of one leaves the others as they are. */
export class KubernetesFaults {
  private readonly active = new Set<FaultCommand>();

  constructor(private readonly sandbox: Pick<Sandbox, 'fault'>) {}

  /** @returns ends it */
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

  once<Name extends keyof Faults>(fault: Name, ...args: Parameters<Faults[Name]>): Promise<void> {
    return this.sandbox.fault(fault, ...args);
  }
}

/** Which requests a fault hits. */
const SHARES: Pick<RequestFault, 'verb' | 'resource'>[] = [
  {},
  { verb: 'create' },
  { resource: 'pods' },
  { resource: 'jobs' },
  { verb: 'watch' },
  { resource: 'secrets' },
  { resource: 'log' },
  { verb: 'delete' },
];

const failing =
  (effect: RequestFault['effect']): Inject =>
  ({ kubernetes }, { how }) =>
    kubernetes.add('failRequests', { ...choose(SHARES, how), effect });

export const KUBERNETES = {
  'kubernetes 429': failing({ kind: 'status', code: 429, retryAfterSeconds: 1 }),
  'kubernetes 500': failing({ kind: 'status', code: 500 }),
  'kubernetes 410': async ({ kubernetes }) => {
    const effect = { kind: 'status', code: 410, message: 'too old resource version: 1 (2)' } as const;
    await kubernetes.once('dropWatches');
    return kubernetes.add('failRequests', { verb: 'watch', effect });
  },
  'kubernetes hang': failing({ kind: 'hang' }),
  'kubernetes reset': failing({ kind: 'reset' }),
  'kubernetes lost answer': ({ kubernetes }, { how }) => {
    const verb = choose(['create', 'create', 'delete'] as const, how);
    const kind = choose(['reset', 'hang'] as const, (how * 100) % 1);
    return kubernetes.add('failRequests', { verb, when: 'after', effect: { kind } });
  },
  'kubernetes dropped watches': async ({ kubernetes }) => {
    await kubernetes.once('dropWatches');
    return nothingToHeal;
  },
  'logs cut': async ({ kubernetes }, { how }) => {
    await kubernetes.once('cutLogs');
    return kubernetes.add('cutLogsAfter', Math.round(how * 20_000), 50);
  },
  'logs slow': ({ kubernetes }, { how }) => kubernetes.add('slowLogs', Math.round(1_000 + how * 50_000)),
  'pods lost with their node': async ({ kubernetes }, { how }) => {
    await kubernetes.once('loseNode', choose(['fail', 'delete'] as const, how));
    return nothingToHeal;
  },
  'pods killed': async ({ kubernetes }, { how }) => {
    await kubernetes.once('killPods', choose(['OOMKilled', 'Evicted'] as const, how));
    return nothingToHeal;
  },
} satisfies Record<string, Inject>;
