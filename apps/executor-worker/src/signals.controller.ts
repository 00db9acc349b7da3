import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import type { WorkerService } from './worker.service.js';

/** Receives signals. Ignores those that are malformed or for another installation. */
@Controller()
export class SignalsController {
  constructor(private readonly worker: WorkerService) {}

  @EventPattern(SIGNALS.cancelRequested.pattern)
  cancelRequested(@Payload() data: unknown): void {
    const signal = SIGNALS.cancelRequested.payload.safeParse(data);
    if (signal.success) this.worker.requestCancel(signal.data.installationId, signal.data.executionId);
  }

  @EventPattern(SIGNALS.jobCheck.pattern)
  jobCheck(@Payload() data: unknown): void {
    const signal = SIGNALS.jobCheck.payload.safeParse(data);
    if (signal.success) this.worker.answerJobCheck(signal.data);
  }
}
