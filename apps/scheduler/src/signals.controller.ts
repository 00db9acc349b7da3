import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import type { ClockService } from './clock.service.js';

export interface SignalsDependencies {
  clock: ClockService;
  /** The installation whose signals this process handles. */
  installationId: string;
}

/** Handles signals from other processes. Ignores those that are malformed or for another installation. */
@Controller()
export class SignalsController {
  constructor(private readonly dependencies: SignalsDependencies) {}

  @EventPattern(SIGNALS.schedulesChanged.pattern)
  schedulesChanged(@Payload() data: unknown): void {
    const signal = SIGNALS.schedulesChanged.payload.safeParse(data);
    const { clock, installationId } = this.dependencies;
    if (signal.success && signal.data.installationId === installationId) clock.fireNow();
  }
}
