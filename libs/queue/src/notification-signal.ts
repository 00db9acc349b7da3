import type { SignalSender } from './signal-sender.js';

/** A notifier handles all new events at once, so one signal per interval is enough. */
const MIN_INTERVAL_MS = 100;

/** Wakes the notifiers when the outbox has new events. A notifier that misses the signal polls within seconds. */
export class NotificationSignal {
  private timer: NodeJS.Timeout | null = null;
  private isPending = false;

  constructor(private readonly sender: Pick<SignalSender, 'send' | 'close'>) {}

  /** Never throws, never waits. Call it after the commit. */
  send(): void {
    if (this.timer !== null) {
      this.isPending = true;
      return;
    }
    void this.sender.send('notification', {});
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.isPending) return;
      this.isPending = false;
      this.send();
    }, MIN_INTERVAL_MS).unref();
  }

  /** Also closes the sender. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.sender.close();
  }
}
