import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import type { NotifierService } from './notifier.service.js';

/** Receives signals. Ignores those that are malformed or for another installation. */
@Controller()
export class SignalsController {
  constructor(private readonly notifier: NotifierService) {}

  @EventPattern(SIGNALS.notification.pattern)
  notification(@Payload() data: unknown): void {
    const signal = SIGNALS.notification.payload.safeParse(data);
    if (signal.success) this.notifier.wake(signal.data.installationId);
  }
}
