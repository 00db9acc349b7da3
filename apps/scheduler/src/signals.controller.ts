import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import { ClockService } from './clock.service.js';

/** Whose signals this process hears. */
export class OwnInstallation {
  constructor(readonly id: string) {}
}

/** What other processes tell this one. A signal that is malformed or for another installation is not ours. */
@Controller()
export class SignalsController {
  constructor(
    private readonly clock: ClockService,
    private readonly installation: OwnInstallation,
  ) {}

  @EventPattern(SIGNALS.schedulesChanged.pattern)
  schedulesChanged(@Payload() data: unknown): void {
    const signal = SIGNALS.schedulesChanged.payload.safeParse(data);
    if (signal.success && signal.data.installationId === this.installation.id) this.clock.lookNow();
  }
}
