import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { ServesByHand } from '../http/serves.js';
import type { WatchExecutions } from './watch-executions.js';

@Controller()
export class EventsController {
  constructor(private readonly watchExecutions: WatchExecutions) {}

  @ServesByHand('watchExecutions')
  watch(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.watchExecutions.serve(request, reply, caller);
  }
}
