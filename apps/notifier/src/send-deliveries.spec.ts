import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ClaimedDelivery, ClaimRequest, DeliveriesStore } from '@app/database';
import type { Logger } from '@app/platform';
import { ChannelSet } from './channels/channel-set.js';
import type { Channel, SendOutcome } from './channels/channel.js';
import type { NotifierMetrics } from './notifier-metrics.js';
import { SendDeliveries } from './send-deliveries.js';
import { anEvent } from './testing/events.js';

/** Due deliveries and their recorded outcomes, as in the database. */
class FakeDeliveries {
  readonly recorded = new Map<number, string>();
  isAway = false;
  claims = 0;
  /** Ignores `busyHosts`. */
  ignoresBusyHosts = false;

  constructor(readonly due: ClaimedDelivery[]) {}

  async claim({ slots, busyHosts }: ClaimRequest): Promise<ClaimedDelivery[]> {
    if (++this.claims > 10) throw new Error('claimed in an endless loop');
    return slots.flatMap(({ channel, free }) => {
      const fits = this.due.filter(
        (d) =>
          d.channel === channel && (this.ignoresBusyHosts || d.host === null || !busyHosts.includes(d.host)),
      );
      const taken = fits.slice(0, free);
      taken.forEach((delivery) => this.due.splice(this.due.indexOf(delivery), 1));
      return taken;
    });
  }
  recordSent = (d: ClaimedDelivery) => this.record(d, 'sent');
  recordFailed = (d: ClaimedDelivery, reason: string) => this.record(d, `failed: ${reason}`);
  recordWaiting = (d: ClaimedDelivery, reason: string, ms: number) =>
    this.record(d, `waits ${ms > 0}: ${reason}`);
  recordRetry = (d: ClaimedDelivery, reason: string, ms: number) =>
    this.record(d, `retry in ${ms > 0}: ${reason}`);

  async giveBack(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    for (const delivery of deliveries) {
      await this.record(delivery, 'given back');
      this.due.push(delivery);
    }
  }

  private async record({ id }: ClaimedDelivery, what: string): Promise<boolean> {
    if (this.isAway) throw new Error('away');
    this.recorded.set(id, what);
    return true;
  }
}

const aDelivery = (id: number, changes: Partial<ClaimedDelivery> = {}): ClaimedDelivery => ({
  ...{ id, claim: 1, notificationId: id, channel: 'mail', recipient: 'a@x.org', host: null, attempts: 1 },
  ...changes,
});

function open(due: ClaimedDelivery[], send: Channel['send'], concurrency = 5) {
  const deliveries = new FakeDeliveries(due);
  const channel = { channel: { send }, concurrency };
  const sender = new SendDeliveries({
    deliveries: deliveries as unknown as DeliveriesStore,
    outbox: { find: async () => anEvent() },
    channels: new ChannelSet(new Map(['mail', 'callback'].map((name) => [name, channel]))),
    attempts: { max: 3, firstRetryMs: 1_000, timeoutMs: 10_000 },
    metrics: { count: () => undefined } as unknown as NotifierMetrics,
    log: { debug: () => undefined, warn: () => undefined } as unknown as Logger,
    onFreed: () => undefined,
  });
  return { sender, deliveries };
}

const never = () => new Promise<SendOutcome>(() => {});

describe('SendDeliveries', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each<[string, number, () => Promise<SendOutcome>, string]>([
    ['a sent delivery', 1, async () => ({ kind: 'sent' }), 'sent'],
    ['a refused delivery', 1, async () => ({ kind: 'refused', reason: 'no' }), 'failed: no'],
    [
      'a transient failure',
      1,
      async () => ({ kind: 'retry', reason: 'busy\nnow' }),
      'retry in true: busy now',
    ],
    [
      'a delivery that waits for the operator',
      3,
      async () => ({ kind: 'waits', reason: 'set X' }),
      'waits true: set X',
    ],
    ['a throwing channel', 2, () => Promise.reject(new Error('broken')), 'retry in true: broken'],
    [
      'the last attempt',
      3,
      async () => ({ kind: 'retry', reason: 'busy' }),
      'failed: busy (given up after 3 attempts)',
    ],
    [
      'the last throw',
      3,
      () => Promise.reject(new Error('broken')),
      'failed: broken (given up after 3 attempts)',
    ],
    ['a delivery that crashes each process', 4, never, 'failed: the notifier crashed during each attempt'],
  ])('records %s', async (_what, attempts, send, expected) => {
    const { sender, deliveries } = open([aDelivery(1, { attempts })], send);
    await sender.takeDue();
    await sender.stop(1_000);
    expect(deliveries.recorded.get(1)).toBe(expected);
  });

  it('claims no more deliveries than there is room for', async () => {
    const { sender, deliveries } = open(
      [1, 2, 3].map((id) => aDelivery(id)),
      never,
      2,
    );
    await sender.takeDue();
    expect(deliveries.due.map(({ id }) => id)).toEqual([3]);
  });

  const callback = (id: number, host: string) =>
    aDelivery(id, { channel: 'callback', recipient: `https://${host}/${id}`, host });

  it('leaves room for other hosts while one hangs', async () => {
    const due = [1, 2, 3, 4, 5, 6].map((id) => callback(id, 'hangs.example'));
    const { sender, deliveries } = open([...due, callback(7, 'other.example')], never);
    await sender.takeDue();
    expect(deliveries.due.map(({ id }) => id).sort()).toEqual([4, 5, 6]);
  });

  it('does not claim again at once what it has no room for', async () => {
    const { sender, deliveries } = open(
      [1, 2, 3, 4].map((id) => callback(id, 'hangs.example')),
      never,
    );
    deliveries.ignoresBusyHosts = true;
    await sender.takeDue();
    expect(deliveries.due.map(({ id }) => id)).toEqual([4]);
  });

  it('gives back what is not sent within the grace period, and claims nothing more', async () => {
    const { sender, deliveries } = open([aDelivery(1)], never);
    await sender.takeDue();
    const stopped = sender.stop(1_000);
    await jest.advanceTimersByTimeAsync(999);
    expect(deliveries.recorded.size).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    await stopped;
    expect(deliveries.recorded.get(1)).toBe('given back');
    await sender.takeDue();
    expect(deliveries.due).toHaveLength(1);
  });

  it('records a sent delivery once Postgres is back', async () => {
    const { sender, deliveries } = open([aDelivery(1)], async () => ({ kind: 'sent' }));
    deliveries.isAway = true;
    await sender.takeDue();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(deliveries.recorded.size).toBe(0);
    deliveries.isAway = false;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(deliveries.recorded.get(1)).toBe('sent');
  });
});
