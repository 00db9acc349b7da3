import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseDurationMs, type ParamsOf, type QueryOf } from '@app/contract';
import type { LogsStore } from '@app/database';
import type { Caller } from '../authentication/caller.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { FindExecution } from './find-execution.js';
import { openTextReply } from '../http/open-text-reply.js';
import type { StreamLog } from './stream-log.js';
import type { LogRange } from './tail-log.js';

type Query = QueryOf<'readExecutionLog'>;

/** Sends a log, or a part of it, as plain text. */
export class ReadLog {
  constructor(
    private readonly finder: FindExecution,
    private readonly logs: Pick<LogsStore, 'findTailStart' | 'findSinceStart' | 'findEnd'>,
    private readonly streamLog: StreamLog,
    private readonly reauthorizer: Reauthorizer,
  ) {}

  /** @throws AppError before it has touched the reply */
  async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    { id }: ParamsOf<'readExecutionLog'>,
    query: Query,
    caller: Caller,
  ): Promise<void> {
    const execution = await this.finder.find(id, caller);
    const range = await this.findRange(execution.id, query);
    const authorize = async () => this.finder.find(id, await this.reauthorizer.identify(request));
    if (openTextReply(request, reply)) {
      const viewer = { authorize, acceptedUntil: caller.acceptedUntil };
      const options = { range, hasReasons: query.reasons ?? true };
      await this.streamLog.asText(execution.id, reply.raw, viewer, options);
    }
  }

  private async findRange(executionId: number, { tail, since, follow }: Query): Promise<LogRange> {
    const [tailStart, sinceStart, end] = await Promise.all([
      tail === undefined || tail === 0 ? 0 : this.logs.findTailStart(executionId, tail),
      since === undefined ? 0 : this.logs.findSinceStart(executionId, this.toInstant(since)),
      follow && tail !== 0 ? 0 : this.logs.findEnd(executionId),
    ]);
    const afterSeq = tail === 0 ? end : Math.max(tailStart, sinceStart);
    return { afterSeq, untilSeq: follow ? null : end };
  }

  private toInstant(since: string): Date {
    const durationMs = parseDurationMs(since);
    return durationMs === null ? new Date(since) : new Date(Math.max(0, Date.now() - durationMs));
  }
}
