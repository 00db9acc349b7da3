import type { Child } from './child.js';
import type { NetworkMethods } from './network-main.js';
import { withTimeout } from '@app/timing';
import type { CaughtAt, Passage } from './tcp-proxy.js';

export const STORES = ['postgres', 'redis', 'kubernetes'] as const;
export type Store = (typeof STORES)[number];

/** The connections of one service process: its own proxy to each store. */
export class Network {
  /** Faults of one store may overlap; its proxy is open again when the last one is over. */
  private readonly faults = new Map<Store, Passage[]>();

  private constructor(
    private readonly child: Child<NetworkMethods>,
    private readonly ports: Record<Store, number>,
  ) {}

  static async open(child: Child<NetworkMethods>, targets: Record<Store, number>): Promise<Network> {
    const ports = STORES.map(async (store) => [store, await child.call('open', targets[store])] as const);
    return new Network(child, Object.fromEntries(await Promise.all(ports)) as Record<Store, number>);
  }

  port(store: Store): number {
    return this.ports[store];
  }

  /** @returns heals the fault; call it once */
  async disturb(store: Store, passage: Passage): Promise<() => Promise<void>> {
    const faults = this.faults.get(store) ?? [];
    this.faults.set(store, faults);
    faults.push(passage);
    await this.apply(store);
    return async () => {
      faults.splice(faults.indexOf(passage), 1);
      await this.apply(store);
    };
  }

  /**
   * Catches the service in the middle of a batched write, from when on it hears nothing of Postgres.
   * @returns ends that; call it once. Null: it wrote nothing in time
   */
  async catchWrite(at: CaughtAt, timeoutMs: number): Promise<(() => Promise<void>) | null> {
    const port = this.ports.postgres;
    const release = () => this.child.call('release', port);
    const caught = this.child.call('catchWrite', port, at).then(() => true);
    if (await withTimeout(caught, timeoutMs, () => false)) return release;
    await release();
    return null;
  }

  private async apply(store: Store): Promise<void> {
    await this.child.call('setPassage', this.ports[store], this.faults.get(store)?.at(-1) ?? 'open');
  }
}
