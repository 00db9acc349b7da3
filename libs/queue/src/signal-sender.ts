import type { Redis } from 'ioredis';
import { connect, disconnect, failFastOptions, type RedisSettings } from './connection.js';
import { SIGNALS, type SignalName, type SignalPayload } from './signals.js';

/**
 * Sends signals to the other processes of an installation over one connection. A process opens a fixed number of connections,
 * which keeps it below PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS.
 */
export class SignalSender {
  private readonly redis: Redis;

  constructor(
    settings: RedisSettings,
    private readonly installationId: string,
    private readonly onError: (error: Error) => void,
  ) {
    this.redis = connect(failFastOptions(settings), onError);
  }

  /** Resolves when Redis has accepted or refused the signal, or is unavailable: a lost signal is harmless. Never throws. */
  async send<Name extends SignalName>(
    name: Name,
    rest: Omit<SignalPayload<Name>, 'installationId'>,
  ): Promise<void> {
    if (this.redis.status !== 'ready') return;
    const { pattern } = SIGNALS[name];
    const data = { installationId: this.installationId, ...rest };
    // The format of Nest's Redis transport: the channel is the pattern, and the message repeats it.
    await this.redis.publish(pattern, JSON.stringify({ pattern, data })).catch(this.onError);
  }

  close(): void {
    disconnect(this.redis);
  }
}
