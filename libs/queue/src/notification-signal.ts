import type { SignalSender } from './signal-sender.js';

/** Notifiers look at all that is new, so one signal in this time does for many events. */
const MIN_INTERVAL_MS = 100;

/** Wakes the notifiers when there is something new in the outbox; whoever misses it looks within seconds by itself. */
export class NotificationSignal {
  private timer: NodeJS.Timeout | null = null;
  private isAskedAgain = false;

  constructor(private readonly sender: Pick<SignalSender, 'send' | 'close'>) {}

  /** Never throws, never waits. Call it after the commit. */
  send(): void {
    if (this.timer !== null) {
      this.isAskedAgain = true;
      return;
    }
    void this.sender.send('notification', {});
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.isAskedAgain) return;
      this.isAskedAgain = false;
      this.send();
    }, MIN_INTERVAL_MS).unref();
  }

  /** Also closes the sender. */
  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.sender.close();
  }
}
