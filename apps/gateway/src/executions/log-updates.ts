import type { UpdatesSubscriber } from '@app/queue';
import { WakeUp } from '@app/timing';

/** Signals may be lost, so every viewer also polls at this interval. */
const POLL_INTERVAL_MS = 2_000;

/** Wakes this process's viewers when there may be new rows to read. */
export class LogUpdates {
  private readonly watchers = new Set<LogWatcher>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly subscriber: Pick<UpdatesSubscriber, 'listen'>,
    private readonly pollIntervalMs = POLL_INTERVAL_MS,
  ) {}

  /** Call it before the first read, so that no update is missed. Ends when `signal` aborts. */
  watch(executionId: number, signal: AbortSignal): LogWatcher {
    const watcher = new LogWatcher(signal);
    const unlisten = this.subscriber.listen(executionId, () => watcher.ring());
    this.watchers.add(watcher);
    // One timer for all watchers.
    this.timer ??= setInterval(() => this.watchers.forEach((each) => each.ring()), this.pollIntervalMs);
    const end = () => {
      unlisten();
      this.watchers.delete(watcher);
      watcher.ring();
      if (this.watchers.size === 0) this.stopTimer();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return watcher;
  }

  private stopTimer(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }
}

/** Lets one viewer wait for the next update. */
export class LogWatcher {
  private readonly wakeUp = new WakeUp();

  constructor(private readonly signal: AbortSignal) {}

  ring(): void {
    this.wakeUp.ring();
  }

  /** Resolves at the next update, or at once if there was one since the last call. Throws the signal's reason. */
  async next(): Promise<void> {
    await this.wakeUp.wait({ signal: this.signal });
  }
}
