import { Module, type DynamicModule } from '@nestjs/common';
import { NotifierService, type NotifierContext } from './notifier.service.js';
import { SignalsController } from './signals.controller.js';

/** The Nest module of a notifier process. */
@Module({})
export class NotifierModule {
  static register(context: NotifierContext): DynamicModule {
    return {
      module: NotifierModule,
      controllers: [SignalsController],
      providers: [{ provide: NotifierService, useValue: new NotifierService(context) }],
    };
  }
}
