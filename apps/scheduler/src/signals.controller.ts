import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import { ClockService } from './clock.service.js';

/** The installation whose signals this process handles. */
export class OwnInstallation {
  constructor(readonly id: string) {}
}

/**
 * Handles signals from other processes. Ignores malformed signals and those of other installations. Names what Nest
 * injects, because the bundler emits no types of constructor parameters.
 */
@Controller()
export class SignalsController {
  constructor(
    @Inject(ClockService) private readonly clock: ClockService,
    @Inject(OwnInstallation) private readonly installation: OwnInstallation,
  ) {}

  @EventPattern(SIGNALS.schedulesChanged.pattern)
  schedulesChanged(@Payload() data: unknown): void {
    const signal = SIGNALS.schedulesChanged.payload.safeParse(data);
    if (signal.success && signal.data.installationId === this.installation.id) this.clock.fireNow();
  }
}
