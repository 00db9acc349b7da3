import type { ClaimedDelivery, DeliveriesStore } from '@app/database';
import type { Logger } from '@app/platform';
import { pause } from '@app/timing';
import { attemptDelivery, type AttemptContext, type Outcome } from './attempt-delivery.js';
import { retryDelayMs } from './retry-delay.js';
import { CALLBACKS_PER_HOST } from './channels/channel-set.js';
import { oneLine } from './message/plain-text.js';
import type { NotifierMetrics } from './notifier-metrics.js';

export interface SendingContext extends AttemptContext {
  deliveries: DeliveriesStore;
  attempts: { max: number; firstRetryMs: number; timeoutMs: number };
  metrics: NotifierMetrics;
  log: Logger;
  /** Called when there is room for another delivery. */
  onFreed: () => void;
}

/** How much longer than an attempt a claim lasts. A delivery not recorded by then is claimed by another replica. */
const CLAIM_MARGIN_MS = 5_000;
const RECORD_RETRY_MS = 500;
/** Before a delivery that waits for the operator is looked at again. */
const WAIT_MS = 60_000;
const MAX_REASON_CHARACTERS = 500;

/** Sends deliveries, several at a time, and records the outcome of each. */
export class SendDeliveries {
  private readonly sending = new Map<ClaimedDelivery, Promise<void>>();
  private readonly stopping = new AbortController();
  private isStopped = false;

  constructor(private readonly context: SendingContext) {}

  /** Claims as many due deliveries as there is room for, and starts sending them. @throws if Postgres is unavailable */
  async takeDue(): Promise<void> {
    for (;;) {
      const slots = this.freeSlots();
      if (slots.length === 0 || this.isStopped) return;
      const claimed = await this.context.deliveries.claim({
        slots,
        busyHosts: this.busyHosts(),
        claimSeconds: (this.context.attempts.timeoutMs + CLAIM_MARGIN_MS) / 1_000,
      });
      if (claimed.length === 0) return;
      const surplus = claimed.filter((delivery) => !this.begin(delivery));
      await this.context.deliveries.giveBack(surplus);
      // `onFreed` reports when there is room for them.
      if (surplus.length === claimed.length) return;
    }
  }

  /** Waits up to `graceMs` for what is being sent; gives the rest back for other replicas to send. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    const timer = setTimeout(() => this.stopping.abort(new Error('the notifier is stopping')), graceMs);
    await Promise.all(this.sending.values());
    clearTimeout(timer);
  }

  /** Starts sending. False: there is no room. */
  private begin(delivery: ClaimedDelivery): boolean {
    if (this.isStopped) return false;
    if (delivery.host !== null && this.busyHosts().includes(delivery.host)) return false;
    const ended = this.sendOne(delivery).finally(() => {
      this.sending.delete(delivery);
      this.context.onFreed();
    });
    this.sending.set(delivery, ended);
    return true;
  }

  /** Never throws. */
  private async sendOne(delivery: ClaimedDelivery): Promise<void> {
    const startedAtMs = performance.now();
    const { timeoutMs } = this.context.attempts;
    const outcome = await attemptDelivery(delivery, this.context, this.stopping.signal);
    this.context.metrics.count(delivery.channel, outcome.kind, (performance.now() - startedAtMs) / 1_000);
    const isRecorded = await this.recordWithRetry(
      delivery,
      outcome,
      startedAtMs + timeoutMs + CLAIM_MARGIN_MS,
    );
    const { id, channel, attempts } = delivery;
    const fields = {
      deliveryId: id,
      channel,
      attempts,
      ...('reason' in outcome && { reason: outcome.reason }),
    };
    if (!isRecorded) this.context.log.warn(fields, 'could not record a delivery: it may be repeated');
    else if (outcome.kind === 'refused') this.context.log.warn(fields, 'delivery failed');
    else this.context.log.debug(fields, `delivery: ${outcome.kind}`);
  }

  /** Retries, so that a short outage of Postgres does not repeat a delivery. False: not recorded in time. */
  private async recordWithRetry(
    delivery: ClaimedDelivery,
    outcome: Outcome,
    untilMs: number,
  ): Promise<boolean> {
    for (;;) {
      try {
        return await this.record(delivery, outcome);
      } catch (error) {
        this.context.log.debug(
          { err: error, deliveryId: delivery.id },
          'could not record a delivery; retrying',
        );
        if (performance.now() + RECORD_RETRY_MS > untilMs || this.stopping.signal.aborted) return false;
        await pause(RECORD_RETRY_MS);
      }
    }
  }

  private async record(delivery: ClaimedDelivery, outcome: Outcome): Promise<boolean> {
    const { deliveries, attempts } = this.context;
    switch (outcome.kind) {
      case 'sent':
        return await deliveries.recordSent(delivery);
      case 'refused': {
        const reason = oneLine(outcome.reason, MAX_REASON_CHARACTERS);
        if (outcome.isDenied) return await deliveries.recordDenied(delivery, reason);
        return await deliveries.recordFailed(delivery, reason);
      }
      case 'retry': {
        const delayMs = retryDelayMs(delivery.attempts, attempts.firstRetryMs, outcome.afterMs);
        return await deliveries.recordRetry(
          delivery,
          oneLine(outcome.reason, MAX_REASON_CHARACTERS),
          delayMs,
        );
      }
      case 'waits':
        return await deliveries.recordWaiting(
          delivery,
          oneLine(outcome.reason, MAX_REASON_CHARACTERS),
          WAIT_MS,
        );
      case 'given_back':
        await deliveries.giveBack([delivery]);
        return true;
    }
  }

  private freeSlots(): { channel: string; free: number }[] {
    const { channels } = this.context;
    const sending = [...this.sending.keys()];
    return channels.names
      .map((channel) => {
        const used = sending.filter((delivery) => delivery.channel === channel).length;
        return { channel, free: channels.get(channel).concurrency - used };
      })
      .filter(({ free }) => free > 0);
  }

  private busyHosts(): string[] {
    const hosts = [...this.sending.keys()].flatMap(({ host }) => host ?? []);
    const count = (host: string) => hosts.filter((other) => other === host).length;
    return [...new Set(hosts)].filter((host) => count(host) >= CALLBACKS_PER_HOST);
  }
}
