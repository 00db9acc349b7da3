import type { Redis } from 'ioredis';
import { connect, disconnect, failFastOptions, type RedisSettings } from './connection.js';
import { SIGNALS, type SignalName, type SignalPayload } from './signals.js';

/**
 * Sends signals to the other processes of an installation, over one connection however many there are: a process opens a
 * fixed number of them, which is how it stays below PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS.
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

  /** Resolves when Redis has it, has refused it, or is away: then it is lost, which does no harm. Never throws. */
  async send<Name extends SignalName>(
    name: Name,
    rest: Omit<SignalPayload<Name>, 'installationId'>,
  ): Promise<void> {
    if (this.redis.status !== 'ready') return;
    const { pattern } = SIGNALS[name];
    const data = { installationId: this.installationId, ...rest };
    // As Nest's Redis transport has it: the channel is the pattern, the message names it again.
    await this.redis.publish(pattern, JSON.stringify({ pattern, data })).catch(this.onError);
  }

  close(): void {
    disconnect(this.redis);
  }
}
