import type { Redis } from 'ioredis';
import { connect, disconnect, failFastOptions, type RedisSettings } from './connection.js';

/** Checks whether Redis is available, for a process without a queue. */
export class RedisProbe {
  private readonly redis: Redis;

  constructor(settings: RedisSettings, onError: (error: Error) => void) {
    this.redis = connect(failFastOptions(settings), onError);
  }

  /** Throws if Redis does not answer. */
  async ping(): Promise<void> {
    await this.redis.ping();
  }

  close(): void {
    disconnect(this.redis);
  }
}
