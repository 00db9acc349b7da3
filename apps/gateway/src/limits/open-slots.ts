import { AppError } from '@app/domain';

export interface SlotLimits {
  inAll: number;
  perClient: number;
}

/** Counts something that clients hold, such as open streams or bytes of bodies, up to a limit for each client and for all. */
export class OpenSlots {
  private readonly byClient = new Map<string, number>();
  private sum = 0;

  /** @param what such as `open streams` */
  constructor(
    private readonly what: string,
    private readonly limits: SlotLimits,
  ) {}

  /**
   * Call `release` for what was taken.
   * @throws AppError `too_many_requests` past the client's limit, `unavailable` past that of all; nothing is taken then
   */
  take(client: string, count = 1): void {
    const held = (this.byClient.get(client) ?? 0) + count;
    const { perClient, inAll } = this.limits;
    if (held > perClient) {
      throw new AppError('too_many_requests', `Too many ${this.what}: you may have ${perClient}.`, {
        hint: 'Close some, or wait until they end.',
      });
    }
    if (this.sum + count > inAll) {
      throw new AppError('unavailable', `Too many ${this.what}: this gateway takes ${inAll} in all.`, {
        hint: 'Try again in a moment.',
      });
    }
    this.byClient.set(client, held);
    this.sum += count;
  }

  release(client: string, count = 1): void {
    const held = (this.byClient.get(client) ?? 0) - count;
    if (held > 0) this.byClient.set(client, held);
    else this.byClient.delete(client);
    this.sum -= count;
  }

  count(): number {
    return this.sum;
  }
}
