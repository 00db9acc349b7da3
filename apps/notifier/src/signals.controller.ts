import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import { NotifierService } from './notifier.service.js';

/** What other processes tell this one. A signal that is malformed or for another installation is not ours. */
@Controller()
export class SignalsController {
  constructor(private readonly notifier: NotifierService) {}

  @EventPattern(SIGNALS.notification.pattern)
  notification(@Payload() data: unknown): void {
    const signal = SIGNALS.notification.payload.safeParse(data);
    if (signal.success) this.notifier.wake(signal.data.installationId);
  }
}
