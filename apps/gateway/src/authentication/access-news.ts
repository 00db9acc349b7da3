import type { SignalSender, UpdatesSubscriber } from '@app/queue';
import type { Authenticator } from './authenticator.js';

/** So that a thousand changes in a row do not check every open stream a thousand times. */
const MIN_INTERVAL_MS = 1_000;

export interface AccessNewsDependencies {
  authenticator: Pick<Authenticator, 'forget'>;
  signals: Pick<SignalSender, 'send'>;
  subscriber: Pick<UpdatesSubscriber, 'listenToSignal'>;
}

/**
 * Tells every gateway that accounts, groups, tokens or procs have changed, so that no user stays authenticated, and no
 * stream open, that the change forbids. The news may be lost: users are cached for seconds, and streams checked every 15 s.
 */
export class AccessNews {
  private readonly listeners = new Set<() => Promise<unknown>>();
  private timer: NodeJS.Timeout | null = null;
  private isMissed = false;

  constructor(private readonly dependencies: AccessNewsDependencies) {
    dependencies.subscriber.listenToSignal('accessChanged', () => this.receive());
  }

  /** Calls the listener after each change, at most once a second. It must not throw. */
  onChange(listener: () => Promise<unknown>): void {
    this.listeners.add(listener);
  }

  /** Call it after the commit. Takes effect in this process at once. Never throws, never waits. */
  announce(): void {
    this.receive();
    void this.dependencies.signals.send('accessChanged', {});
  }

  private receive(): void {
    this.dependencies.authenticator.forget();
    if (this.timer === null) this.notify();
    else this.isMissed = true;
  }

  private notify(): void {
    this.isMissed = false;
    for (const listener of this.listeners) void listener();
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.isMissed) this.notify();
    }, MIN_INTERVAL_MS).unref();
  }
}
