import { Controller, Headers, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IDEMPOTENCY_KEY_HEADER, type ReplyOf } from '@app/contract';
import { Call, type CallOf } from '../authentication/call.js';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { Serves, ServesByHand } from '../http/serves.js';
import type { CancelExecution } from './cancel-execution.js';
import type { FindExecution } from './find-execution.js';
import type { ListExecutions } from './list-executions.js';
import type { ReadLog } from './read-log.js';
import type { ReadLogLines } from './read-log-lines.js';
import { argsToPass, type RerunExecution } from './rerun-execution.js';
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
  readLogLines: ReadLogLines;
  serveLog: ServeLog;
}

@Controller()
export class ExecutionsController {
  constructor(private readonly dependencies: ExecutionsControllerDependencies) {}

  @Serves('submitExecution')
  async submit(
    @Call() { caller, body }: CallOf<'submitExecution'>,
    @Headers(IDEMPOTENCY_KEY_HEADER) key: string | undefined,
  ): Promise<ReplyOf<'submitExecution'>> {
    return toReply(await this.dependencies.submitExecution.submit(body, key, caller));
  }

  @Serves('listExecutions')
  async list(@Call() { caller, query }: CallOf<'listExecutions'>): Promise<ReplyOf<'listExecutions'>> {
    const { executions, next } = await this.dependencies.listExecutions.list(query, caller);
    return { executions: executions.map(toReply), ...(next !== null && { next }) };
  }

  @Serves('getExecutionStatus')
  async status(
    @Call() { caller, params }: CallOf<'getExecutionStatus'>,
  ): Promise<ReplyOf<'getExecutionStatus'>> {
    return toReply(await this.dependencies.findExecution.find(params.id, caller));
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
  async detail(@Call() { caller, params }: CallOf<'getExecution'>): Promise<ReplyOf<'getExecution'>> {
    const execution = await this.dependencies.findExecution.findDetail(params.id, caller);
    return toDetailReply(execution, argsToPass(caller.user, execution));
  }

  @ServesByHand('readExecutionLog')
  async log(
    @Call() { caller, params, query }: CallOf<'readExecutionLog'>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.dependencies.readLog.serve(request, reply, params, query, caller);
  }

  @Serves('readLogLines')
  async readLines(
    @Call() { caller, params, query }: CallOf<'readLogLines'>,
  ): Promise<ReplyOf<'readLogLines'>> {
    return this.dependencies.readLogLines.read(params, query, caller);
  }

  @Serves('searchLog')
  async searchLog(@Call() { caller, params, query }: CallOf<'searchLog'>): Promise<ReplyOf<'searchLog'>> {
    return this.dependencies.readLogLines.search(params, query, caller);
  }

  @Serves('cancelExecution')
  async cancel(@Call() { caller, params }: CallOf<'cancelExecution'>): Promise<ReplyOf<'cancelExecution'>> {
    return toReply(await this.dependencies.cancelExecution.cancel(params.id, caller));
  }

  @Serves('rerunExecution')
  async rerun(
    @Call() { caller, params, body }: CallOf<'rerunExecution'>,
    @Headers(IDEMPOTENCY_KEY_HEADER) key: string | undefined,
  ): Promise<ReplyOf<'rerunExecution'>> {
    return toReply(await this.dependencies.rerunExecution.rerun(params.id, body.args, key, caller));
  }
}
