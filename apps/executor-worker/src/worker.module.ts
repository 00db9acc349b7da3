import { Module, type DynamicModule } from '@nestjs/common';
import { SignalsController } from './signals.controller.js';
import { WorkerService } from './worker.service.js';

/** The Nest module of a worker process. */
@Module({})
export class WorkerModule {
  static register(worker: WorkerService): DynamicModule {
    return {
      module: WorkerModule,
      controllers: [SignalsController],
      providers: [{ provide: WorkerService, useValue: worker }],
    };
  }
}
