import { describe, expect, it } from '@jest/globals';
import type { ClaimedDelivery, DeliveriesStore, NotificationOutboxStore } from '@app/database';
import type { Logger } from '@app/platform';
import { ChannelSet } from './channels/channel-set.js';
import type { NotifierMetrics } from './notifier-metrics.js';
import { NotifierService } from './notifier.service.js';
import { anEvent } from './testing/events.js';

const DELIVERY: ClaimedDelivery = {
  ...{ id: 1, claim: 1, notificationId: 1, channel: 'mail', recipient: 'a@x.org', host: null, attempts: 1 },
};

/** An outbox whose events cannot be fanned out, and one existing delivery. */
function openBroken() {
  const due: ClaimedDelivery[] = [DELIVERY];
  const sent: number[] = [];
  const warned: unknown[] = [];
  const service = new NotifierService({
    installationId: 'i',
    deliveries: {
      poll: async () => ({ hasEvents: true, hasDue: due.length > 0 }),
      claim: async () => due.splice(0),
      giveBack: async () => undefined,
      recordSent: async ({ id }: ClaimedDelivery) => sent.push(id) > 0,
      failAbandoned: async () => 0,
    } as unknown as DeliveriesStore,
    outbox: {
      fanOut: () => Promise.reject(new Error('cannot fan out this event')),
      find: async () => anEvent(),
      tidyQuota: async () => undefined,
    } as unknown as NotificationOutboxStore,
    channels: new ChannelSet(
      new Map([['mail', { channel: { send: async () => ({ kind: 'sent' }) }, concurrency: 5 }]]),
    ),
    mailsPerHour: 200,
    attempts: { max: 3, firstRetryMs: 1_000, timeoutMs: 10_000 },
    metrics: { count: () => undefined } as unknown as NotifierMetrics,
    log: {
      ...{ debug: () => undefined, info: () => undefined },
      warn: ({ err }: { err: Error }) => warned.push(err.message),
    } as unknown as Logger,
  });
  return { service, sent, warned };
}

describe('NotifierService', () => {
  it('sends existing deliveries even if an event cannot be fanned out', async () => {
    const { service, sent, warned } = openBroken();
    service.start();
    await new Promise((resolve) => setImmediate(resolve));
    await service.stop();
    expect(sent).toEqual([DELIVERY.id]);
    expect(warned).toContain('cannot fan out this event');
  });
});
