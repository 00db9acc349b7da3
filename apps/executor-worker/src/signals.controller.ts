import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { SIGNALS } from '@app/queue';
import { WorkerService } from './worker.service.js';

/** What other processes tell this one. A signal that is malformed or for another installation is not ours. */
@Controller()
export class SignalsController {
  constructor(private readonly worker: WorkerService) {}

  @EventPattern(SIGNALS.cancelRequested.pattern)
  cancelRequested(@Payload() data: unknown): void {
    const signal = SIGNALS.cancelRequested.payload.safeParse(data);
    if (signal.success) this.worker.requestCancel(signal.data.installationId, signal.data.executionId);
  }
}
