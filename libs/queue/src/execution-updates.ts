import type { Redis } from 'ioredis';
import { keyPrefix } from './catalog.js';
import { connect, disconnect, failFastOptions, patientOptions, type RedisSettings } from './connection.js';

/**
 * "There is something new to read of this execution", on one channel an execution, heard only where somebody looks at
 * it. News may be lost; whoever looks reads Postgres again after a while in any case.
 */
export class ExecutionUpdates {
  private readonly redis: Redis;

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    onError: (error: Error) => void,
  ) {
    this.redis = connect(failFastOptions(settings), onError);
  }

  /** Never throws, never waits. */
  publish(executionIds: Iterable<number>): void {
    if (this.redis.status !== 'ready') return;
    const pipeline = this.redis.pipeline();
    for (const id of executionIds) pipeline.publish(channelOf(this.installationId, id), '');
    pipeline.exec().catch(() => undefined);
  }

  close(): void {
    disconnect(this.redis);
  }
}

/** One connection for all that this process looks at; subscriptions are made again after an outage. */
export class NewsSubscriber {
  private readonly redis: Redis;
  private readonly listeners = new Map<string, Set<() => void>>();

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    private readonly onError: (error: Error) => void,
  ) {
    this.redis = connect(patientOptions(settings), onError);
    this.redis.on('message', (channel: string) => this.tell(channel));
    // What happened during an outage was not heard: everybody looks again.
    this.redis.on('ready', () => [...this.listeners.keys()].forEach((channel) => this.tell(channel)));
  }

  /** Calls `listener` at each news of the execution until the returned function is called. */
  listen(executionId: number, listener: () => void): () => void {
    const channel = channelOf(this.installationId, executionId);
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

  private tell(channel: string): void {
    this.listeners.get(channel)?.forEach((listener) => listener());
  }
}

function channelOf(installationId: string, executionId: number): string {
  return `${keyPrefix(installationId)}:news:${executionId}`;
}
