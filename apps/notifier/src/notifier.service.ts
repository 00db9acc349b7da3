import type { DeliveriesStore, NotificationOutboxStore } from '@app/database';
import type { Work } from '@app/microservice';
import type { Logger } from '@app/platform';
import { WakeUp } from '@app/timing';
import type { ChannelSet } from './channels/channel-set.js';
import { decideRecipients } from './decide-recipients.js';
import { SendDeliveries, type SendingContext } from './send-deliveries.js';

/** How often to poll the outbox without a signal. */
const POLL_INTERVAL_MS = 2_000;
const FAN_OUT_BATCH = 100;
const STOP_GRACE_MS = 10_000;
const TIDY_INTERVAL_MS = 3_600_000;
const ABANDONED_SECONDS = 24 * 3_600;

export interface NotifierContext extends Omit<SendingContext, 'onFreed' | 'outbox'> {
  installationId: string;
  outbox: NotificationOutboxStore;
  /** How many emails each owner's executions and schedules may cause. */
  mailsPerHour: number;
}

/** The loop of the notifier: fans events out into deliveries, sends what is due, sleeps until there is more. */
export class NotifierService implements Work {
  private readonly wakeUp = new WakeUp();
  private readonly sender: SendDeliveries;
  private readonly deliveries: DeliveriesStore;
  private readonly channels: ChannelSet;
  private readonly log: Logger;
  private isStopping = false;
  private ended: Promise<void> = Promise.resolve();
  private tidiedAtMs = 0;
  private polledAtMs = -Infinity;
  /** There are new events. */
  private isSignalled = false;
  /** There is room for deliveries that may have been left for lack of it. */
  private hasRoom = false;

  constructor(private readonly context: NotifierContext) {
    this.sender = new SendDeliveries({ ...context, onFreed: () => this.noteRoom() });
    this.deliveries = context.deliveries;
    this.channels = context.channels;
    this.log = context.log;
  }

  start(): void {
    this.ended = this.loop();
    this.log.info({ channels: this.channels.names }, 'sending notifications');
  }

  /** There are new events. */
  wake(installationId: string): void {
    if (installationId !== this.context.installationId) return;
    this.isSignalled = true;
    this.wakeUp.ring();
  }

  private noteRoom(): void {
    this.hasRoom = true;
    this.wakeUp.ring();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.wakeUp.ring();
    await this.sender.stop(STOP_GRACE_MS);
    await this.ended;
  }

  private async loop(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.work();
      } catch (error) {
        this.log.warn({ err: error }, 'failed; retrying at the next poll');
      }
      await this.wakeUp.wait({ maxMs: POLL_INTERVAL_MS });
    }
  }

  private async work(): Promise<void> {
    const { hasEvents, hasDue } = await this.look();
    // Sends existing deliveries even if fanning out an event fails.
    let mustSend = hasDue || hasEvents;
    try {
      if (hasEvents) mustSend = (await this.fanOutAll()) > 0 || hasDue;
    } finally {
      if (mustSend) await this.sender.takeDue();
    }
    if (performance.now() - this.tidiedAtMs > TIDY_INTERVAL_MS || this.tidiedAtMs === 0) await this.tidy();
  }

  /** A signal says that there are events: then only the regular poll for deliveries that are due must not be late. */
  private async look(): Promise<{ hasEvents: boolean; hasDue: boolean }> {
    const isSignalled = this.isSignalled;
    this.isSignalled = false;
    const isPollDue = performance.now() - this.polledAtMs > POLL_INTERVAL_MS;
    if (isSignalled && !this.hasRoom && !isPollDue) return { hasEvents: true, hasDue: false };
    this.hasRoom = false;
    this.polledAtMs = performance.now();
    return await this.deliveries.poll(this.channels.names);
  }

  /** @returns how many deliveries it has created */
  private async fanOutAll(): Promise<number> {
    const broadcast = this.channels.broadcast;
    let deliveries = 0;
    for (let events = FAN_OUT_BATCH; events === FAN_OUT_BATCH && !this.isStopping;) {
      const done = await this.context.outbox.fanOut(
        FAN_OUT_BATCH,
        (event) => decideRecipients(event, broadcast),
        this.context.mailsPerHour,
      );
      events = done.events;
      deliveries += done.deliveries;
      this.noteOverQuota(done.mailsOverQuota);
      // Starts sending before the next batch.
      if (events === FAN_OUT_BATCH) await this.sender.takeDue();
    }
    return deliveries;
  }

  private noteOverQuota(mails: number): void {
    if (mails === 0) return;
    this.context.metrics.countOverQuota(mails);
    this.log.warn({ mails }, 'emails not sent: their owners have used up the quota of 60 minutes');
  }

  private async tidy(): Promise<void> {
    this.tidiedAtMs = performance.now();
    const failed = await this.deliveries.failAbandoned(this.channels.names, ABANDONED_SECONDS);
    await this.context.outbox.tidyQuota();
    if (failed > 0) this.log.warn({ failed }, 'failed deliveries for channels that are no longer configured');
  }
}
