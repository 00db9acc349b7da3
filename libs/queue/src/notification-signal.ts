import type { Redis } from 'ioredis';
import { connect, disconnect, hastyOptions, type RedisSettings } from './connection.js';
import { SIGNALS, type SignalPayload } from './signals.js';

/** Notifiers look at all that is new, so one signal in this time does for many events. */
const MOST_OFTEN_MS = 100;

/** Wakes the notifiers when an event was put into the outbox; whoever misses it looks within seconds by itself. */
export class NotificationSignal {
  private readonly redis: Redis;
  private timer: NodeJS.Timeout | null = null;
  private isAskedAgain = false;

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    onError: (error: Error) => void,
  ) {
    this.redis = connect(hastyOptions(settings), onError);
  }

  /** Never throws, never waits. Call it after the commit. */
  send(): void {
    if (this.timer !== null) {
      this.isAskedAgain = true;
      return;
    }
    this.publish();
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.isAskedAgain) return;
      this.isAskedAgain = false;
      this.send();
    }, MOST_OFTEN_MS).unref();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    disconnect(this.redis);
  }

  /** As Nest's Redis transport has it: the channel is the pattern, the message names it again. */
  private publish(): void {
    if (this.redis.status !== 'ready') return;
    const { pattern } = SIGNALS.notification;
    const data: SignalPayload<'notification'> = { installationId: this.installationId };
    this.redis.publish(pattern, JSON.stringify({ pattern, data })).catch(() => undefined);
  }
}
