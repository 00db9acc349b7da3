import { AppError } from '@app/domain';

interface Waiting {
  start: () => void;
  refuse: (error: AppError) => void;
}

export interface LookupLaneOptions {
  /** How many lookups run at once. */
  maxRunning: number;
  /** How many may wait. Beyond it the address that has most of them loses its latest. */
  maxWaiting: number;
}

/**
 * Runs lookups a few at a time. The addresses that they come from take turns, so that a flood from one delays no other.
 */
export class LookupLane {
  private running = 0;
  private waiting = 0;
  /** In the order of their turns; no list is empty. */
  private readonly byAddress = new Map<string, Waiting[]>();

  constructor(private readonly options: LookupLaneOptions) {}

  /** @throws AppError `too_many_requests` if too many wait; what `lookUp` throws */
  async run<T>(address: string, lookUp: () => Promise<T>): Promise<T> {
    if (this.running < this.options.maxRunning) this.running += 1;
    else await this.turnOf(address);
    try {
      return await lookUp();
    } finally {
      this.next();
    }
  }

  /** Resolves when the place of a lookup that has ended is handed over. */
  private turnOf(address: string): Promise<void> {
    return new Promise((start, refuse) => {
      const list = this.byAddress.get(address) ?? [];
      this.byAddress.set(address, list);
      list.push({ start, refuse });
      this.waiting += 1;
      if (this.waiting > this.options.maxWaiting) this.refuseOne();
    });
  }

  private next(): void {
    const [turn] = this.byAddress;
    if (!turn) {
      this.running -= 1;
      return;
    }
    const [address, list] = turn;
    const first = list.shift();
    this.byAddress.delete(address);
    if (list.length > 0) this.byAddress.set(address, list);
    this.waiting -= 1;
    first?.start();
  }

  private refuseOne(): void {
    const [address, list] = [...this.byAddress].reduce((most, other) =>
      other[1].length > most[1].length ? other : most,
    );
    const last = list.pop();
    if (list.length === 0) this.byAddress.delete(address);
    this.waiting -= 1;
    last?.refuse(
      new AppError('too_many_requests', 'Too many failed sign-ins from your address.', {
        hint: 'Try again in a few seconds.',
      }),
    );
  }
}
