import type { Redis } from 'ioredis';
import { connect, disconnect, failFastOptions, type RedisSettings } from './connection.js';

/** Tells whether Redis is there, for a process that has no queue to ask. */
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
