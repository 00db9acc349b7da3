import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import { NotifierService } from './notifier.service.js';

/**
 * Receives signals. Ignores those that are malformed or for another installation. Names what Nest injects, because the
 * bundler emits no types of constructor parameters.
 */
@Controller()
export class SignalsController {
  constructor(@Inject(NotifierService) private readonly notifier: NotifierService) {}

  @EventPattern(SIGNALS.notification.pattern)
  notification(@Payload() data: unknown): void {
    const signal = SIGNALS.notification.payload.safeParse(data);
    if (signal.success) this.notifier.wake(signal.data.installationId);
  }
}
