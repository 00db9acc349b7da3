import type { Redis } from 'ioredis';
import { keyPrefix } from './catalog.js';
import { SIGNALS, type SignalName } from './signals.js';
import { connect, disconnect, failFastOptions, patientOptions, type RedisSettings } from './connection.js';

/** Four updates of a short execution within this time are two, in one round trip with those of others. */
const GATHER_MS = 50;

/**
 * Publishes that an execution has new status or log rows, on one channel per execution, to which only gateways with a viewer
 * subscribe. Updates may be lost: viewers poll Postgres too.
 */
export class ExecutionUpdates {
  private readonly redis: Redis;
  /** Ids to publish next. */
  private readonly updated = new Set<number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    onError: (error: Error) => void,
  ) {
    this.redis = connect(failFastOptions(settings), onError);
  }

  /** Never throws, never waits. Call it after the commit. The first update goes at once; a viewer reads those that follow together. */
  publish(executionIds: Iterable<number>): void {
    for (const id of executionIds) this.updated.add(id);
    if (this.timer !== null || this.updated.size === 0) return;
    this.send();
    this.timer = setTimeout(() => {
      this.timer = null;
      this.publish([]);
    }, GATHER_MS).unref();
  }

  private send(): void {
    const ids = [...this.updated];
    this.updated.clear();
    if (this.redis.status !== 'ready') return;
    const pipeline = this.redis.pipeline();
    for (const id of ids) pipeline.publish(channelOf(this.installationId, id), '');
    pipeline.exec().catch(() => undefined);
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    disconnect(this.redis);
  }
}

/** Subscribes to the updates of any number of executions, and to signals, over one connection. Resubscribes after an outage. */
export class UpdatesSubscriber {
  private readonly redis: Redis;
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly listenersToAll = new Set<(executionId: number) => void>();

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    private readonly onError: (error: Error) => void,
  ) {
    this.redis = connect(patientOptions(settings), onError);
    this.redis.on('message', (channel: string, message: string) => this.receive(channel, message));
    this.redis.on('pmessage', (_pattern: string, channel: string) => this.receiveAny(channel));
    // Updates during an outage were lost: notifies all listeners.
    this.redis.on('ready', () => [...this.listeners.keys()].forEach((channel) => this.notify(channel)));
  }

  /** Calls `listener` on each update of the execution until the returned function is called. */
  listen(executionId: number, listener: () => void): () => void {
    return this.subscribe(channelOf(this.installationId, executionId), listener);
  }

  /**
   * Calls `listener` on each update of any execution until the returned function is called. Updates during an outage are
   * lost without a notice.
   */
  listenToAll(listener: (executionId: number) => void): () => void {
    const pattern = `${newsPrefix(this.installationId)}*`;
    if (this.listenersToAll.size === 0) this.redis.psubscribe(pattern).catch(this.onError);
    this.listenersToAll.add(listener);
    return () => {
      this.listenersToAll.delete(listener);
      if (this.listenersToAll.size === 0) this.redis.punsubscribe(pattern).catch(this.onError);
    };
  }

  /** Calls `listener` on each signal of this name to this installation, and after an outage. For processes that are no Nest microservice. */
  listenToSignal(name: SignalName, listener: () => void): () => void {
    return this.subscribe(SIGNALS[name].pattern, listener);
  }

  private subscribe(channel: string, listener: () => void): () => void {
    const known = this.listeners.get(channel);
    if (known) known.add(listener);
    else {
      this.listeners.set(channel, new Set([listener]));
      this.redis.subscribe(channel).catch(this.onError);
    }
    return () => this.unlisten(channel, listener);
  }

  close(): void {
    disconnect(this.redis);
  }

  private unlisten(channel: string, listener: () => void): void {
    const known = this.listeners.get(channel);
    known?.delete(listener);
    if (known?.size !== 0) return;
    this.listeners.delete(channel);
    this.redis.unsubscribe(channel).catch(this.onError);
  }

  /** An update has no text; a signal, which is sent to all installations, names one. */
  private receive(channel: string, message: string): void {
    if (message === '' || installationOf(message) === this.installationId) this.notify(channel);
  }

  private receiveAny(channel: string): void {
    const executionId = Number(channel.slice(newsPrefix(this.installationId).length));
    for (const listener of this.listenersToAll) listener(executionId);
  }

  private notify(channel: string): void {
    this.listeners.get(channel)?.forEach((listener) => listener());
  }
}

/** Null: not a signal. */
function installationOf(message: string): string | null {
  try {
    const { data } = JSON.parse(message) as { data?: { installationId?: string } };
    return data?.installationId ?? null;
  } catch {
    return null;
  }
}

function channelOf(installationId: string, executionId: number): string {
  return `${newsPrefix(installationId)}${executionId}`;
}

function newsPrefix(installationId: string): string {
  return `${keyPrefix(installationId)}:news:`;
}
