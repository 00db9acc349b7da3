import { Controller, Headers, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IDEMPOTENCY_KEY_HEADER,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
} from '@app/contract';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { ParsedBody, ParsedParams, ParsedQuery } from '../http/parse-request.js';
import { Serves, ServesByHand } from '../http/serves.js';
import type { CancelExecution } from './cancel-execution.js';
import type { FindExecution } from './find-execution.js';
import type { ListExecutions } from './list-executions.js';
import type { ReadLog } from './read-log.js';
import type { RerunExecution } from './rerun-execution.js';
import type { ServeLog } from './serve-log.js';
import type { SubmitExecution } from './submit-execution.js';
import { toDetailReply, toReply } from './to-reply.js';

export interface ExecutionsControllerDependencies {
  submitExecution: SubmitExecution;
  listExecutions: ListExecutions;
  findExecution: FindExecution;
  cancelExecution: CancelExecution;
  rerunExecution: RerunExecution;
  readLog: ReadLog;
  serveLog: ServeLog;
}

@Controller()
export class ExecutionsController {
  constructor(private readonly dependencies: ExecutionsControllerDependencies) {}

  @Serves('submitExecution')
  async submit(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'submitExecution'>,
    @Headers(IDEMPOTENCY_KEY_HEADER) key: string | undefined,
  ): Promise<ReplyOf<'submitExecution'>> {
    return toReply(await this.dependencies.submitExecution.submit(body, key, caller));
  }

  @Serves('listExecutions')
  async list(
    @CurrentCaller() caller: Caller,
    @ParsedQuery() query: QueryOf<'listExecutions'>,
  ): Promise<ReplyOf<'listExecutions'>> {
    const { executions, next } = await this.dependencies.listExecutions.list(query, caller);
    return { executions: executions.map(toReply), ...(next !== null && { next }) };
  }

  @Serves('getExecutionStatus')
  async status(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'getExecutionStatus'>,
  ): Promise<ReplyOf<'getExecutionStatus'>> {
    return toReply(await this.dependencies.findExecution.find(id, caller));
  }

  @ServesByHand('streamExecutionLogs')
  async streamLog(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.dependencies.serveLog.serve(request, reply, caller);
  }

  @Serves('getExecution')
  async detail(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'getExecution'>,
  ): Promise<ReplyOf<'getExecution'>> {
    return toDetailReply(await this.dependencies.findExecution.findDetail(id, caller));
  }

  @ServesByHand('readExecutionLog')
  async log(
    @CurrentCaller() caller: Caller,
    @ParsedParams() params: ParamsOf<'readExecutionLog'>,
    @ParsedQuery() query: QueryOf<'readExecutionLog'>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.dependencies.readLog.serve(request, reply, params, query, caller);
  }

  @Serves('cancelExecution')
  async cancel(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'cancelExecution'>,
  ): Promise<ReplyOf<'cancelExecution'>> {
    return toReply(await this.dependencies.cancelExecution.cancel(id, caller));
  }

  @Serves('rerunExecution')
  async rerun(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'rerunExecution'>,
    @Headers(IDEMPOTENCY_KEY_HEADER) key: string | undefined,
  ): Promise<ReplyOf<'rerunExecution'>> {
    return toReply(await this.dependencies.rerunExecution.rerun(id, key, caller));
  }
}
