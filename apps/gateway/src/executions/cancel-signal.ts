import { ClientProxyFactory } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { SIGNALS, signalClientOptions, type RedisSettings, type SignalPayload } from '@app/queue';
import type { GatewayLog } from '../http/gateway-log.js';

const MOST_WAIT_MS = 500;

/**
 * Tells the workers at once what they would see at their next look. Cancelling is rare: a connection for each
 * signal costs less than one that has to be kept alive.
 */
export class CancelSignal {
  constructor(
    private readonly redis: RedisSettings,
    private readonly installationId: string,
    private readonly log: GatewayLog,
  ) {}

  /** Resolves when it is sent or waiting got too long. Never throws. */
  async send(executionId: number): Promise<void> {
    const sent = this.emit({ installationId: this.installationId, executionId }).catch((err: unknown) =>
      this.log.logger.debug({ err, executionId }, 'the signal to cancel was not sent'),
    );
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, MOST_WAIT_MS)));
    await Promise.race([sent, waited]);
    clearTimeout(timer);
  }

  private async emit(payload: SignalPayload<'cancelRequested'>): Promise<void> {
    const client = ClientProxyFactory.create(signalClientOptions(this.redis));
    try {
      await lastValueFrom(client.emit(SIGNALS.cancelRequested.pattern, payload), { defaultValue: undefined });
    } finally {
      await client.close();
    }
  }
}
