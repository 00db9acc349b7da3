import type { NewsSubscriber } from '@app/queue';
import { WakeUp } from '@app/timing';

/** News may be lost: everybody looks again this often. */
const LOOK_AGAIN_MS = 2_000;

/** Tells the viewers of this process when there may be something new to read. */
export class LogNews {
  private readonly watchers = new Set<NewsWatcher>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly subscriber: Pick<NewsSubscriber, 'listen'>,
    private readonly lookAgainMs = LOOK_AGAIN_MS,
  ) {}

  /** Call it before the first look. It ends when `signal` aborts. */
  watch(executionId: number, signal: AbortSignal): NewsWatcher {
    const watcher = new NewsWatcher(signal);
    const unlisten = this.subscriber.listen(executionId, () => watcher.ring());
    this.watchers.add(watcher);
    // One timer for all of them.
    this.timer ??= setInterval(() => this.watchers.forEach((each) => each.ring()), this.lookAgainMs);
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

export class NewsWatcher {
  private readonly wakeUp = new WakeUp();

  constructor(private readonly signal: AbortSignal) {}

  ring(): void {
    this.wakeUp.ring();
  }

  /** Resolves at the next news, or at once if there was some since the last call. Throws the signal's reason. */
  async next(): Promise<void> {
    await this.wakeUp.wait({ signal: this.signal });
  }
}
