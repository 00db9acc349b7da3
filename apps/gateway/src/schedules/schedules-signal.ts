import { ClientProxyFactory } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { SIGNALS, signalClientOptions, type RedisSettings, type SignalPayload } from '@app/queue';
import type { GatewayLog } from '../http/gateway-log.js';

/** Tells the schedulers at once what they would see at their next look, which is within a second. */
export class SchedulesSignal {
  constructor(
    private readonly redis: RedisSettings,
    private readonly installationId: string,
    private readonly log: GatewayLog,
  ) {}

  /** Never throws, and keeps nobody waiting. */
  send(): void {
    this.emit({ installationId: this.installationId }).catch((err: unknown) =>
      this.log.logger.debug({ err }, 'the schedulers were not told of a change'),
    );
  }

  private async emit(payload: SignalPayload<'schedulesChanged'>): Promise<void> {
    const client = ClientProxyFactory.create(signalClientOptions(this.redis));
    try {
      await lastValueFrom(client.emit(SIGNALS.schedulesChanged.pattern, payload), {
        defaultValue: undefined,
      });
    } finally {
      await client.close();
    }
  }
}
