import { Controller, Headers, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IDEMPOTENCY_KEY_HEADER, type BodyOf, type ParamsOf, type ReplyOf } from '@app/contract';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { ParsedBody, ParsedParams } from '../http/parse-request.js';
import { Serves, ServesByHand } from '../http/serves.js';
import { CancelExecution } from './cancel-execution.js';
import { FindExecution } from './find-execution.js';
import { ServeLog } from './serve-log.js';
import { SubmitExecution } from './submit-execution.js';
import { toReply } from './to-reply.js';

@Controller()
export class ExecutionsController {
  constructor(
    private readonly submitExecution: SubmitExecution,
    private readonly findExecution: FindExecution,
    private readonly cancelExecution: CancelExecution,
    private readonly serveLog: ServeLog,
  ) {}

  @Serves('submitExecution')
  async submit(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'submitExecution'>,
    @Headers(IDEMPOTENCY_KEY_HEADER) key: string | undefined,
  ): Promise<ReplyOf<'submitExecution'>> {
    return toReply(await this.submitExecution.submit(body, key, caller));
  }

  @Serves('getExecutionStatus')
  async status(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'getExecutionStatus'>,
  ): Promise<ReplyOf<'getExecutionStatus'>> {
    return toReply(await this.findExecution.find(id, caller));
  }

  @Serves('cancelExecution')
  async cancel(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'cancelExecution'>,
  ): Promise<ReplyOf<'cancelExecution'>> {
    return toReply(await this.cancelExecution.cancel(id, caller));
  }

  @ServesByHand('streamExecutionLogs')
  async log(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.serveLog.serve(request, reply, caller);
  }
}
