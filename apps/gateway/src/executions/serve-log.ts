import type { FastifyReply, FastifyRequest } from 'fastify';
import { executionLogsQuery } from '@app/contract';
import type { Execution } from '@app/domain';
import type { Requester } from '../authentication/access.js';
import type { Caller } from '../authentication/caller.js';
import { parseText } from '../http/parse-request.js';
import { findUpgrade } from '../http/route-upgrades.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { FindExecution } from './find-execution.js';
import { openTextReply } from '../http/open-text-reply.js';
import { closeReasonOf, type StreamLog } from './stream-log.js';

/** Serves v2's log route, over a WebSocket or as plain text. */
export class ServeLog {
  constructor(
    private readonly finder: FindExecution,
    private readonly reauthorizer: Reauthorizer,
    private readonly streamLog: StreamLog,
  ) {}

  /** @throws AppError before it has touched the reply, if the refusal is an HTTP answer */
  async serve(request: FastifyRequest, reply: FastifyReply, caller: Caller): Promise<void> {
    const upgrade = findUpgrade(request.raw);
    try {
      const execution = await this.find(request, caller);
      await this.open(execution, request, reply, caller);
    } catch (error) {
      const reason = closeReasonOf(error);
      if (!upgrade || reason === undefined) throw error;
      reply.hijack();
      await this.streamLog.refuse(request.raw, upgrade, reason);
    }
  }

  private async find(request: FastifyRequest, requester: Requester): Promise<Execution> {
    return this.finder.find(parseText(executionLogsQuery, request.query).context_id, requester);
  }

  private async open(
    execution: Execution,
    request: FastifyRequest,
    reply: FastifyReply,
    { acceptedUntil }: Caller,
  ) {
    const upgrade = findUpgrade(request.raw);
    const authorize = async () => this.find(request, await this.reauthorizer.identify(request));
    const viewer = { authorize, acceptedUntil };
    const { reasons = true, from = 1, numbered } = parseText(executionLogsQuery, request.query);
    const range = { afterSeq: from - 1, untilSeq: null };
    const options = { hasReasons: reasons, isNumbered: numbered, range };
    if (!upgrade) {
      if (!openTextReply(request, reply)) return;
      return this.streamLog.asText(execution.id, reply.raw, viewer, options);
    }
    reply.hijack();
    return this.streamLog.overWebSocket(execution.id, request.raw, upgrade, viewer, options);
  }
}
