import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '@app/domain';
import type { Logger } from '@app/platform';
import { renderError } from './render-error.js';
import { pathOf } from './request-path.js';
import { toAppError } from './to-app-error.js';

/** Answers a request with the error that its handler, guard or parser threw. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    /** Called with every error that a client gets. */
    private readonly onError: (error: AppError, request: FastifyRequest) => void,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toAppError(thrown, request.id);
    this.log(error, request, thrown);
    this.onError(error, request);
    if (reply.raw.headersSent || reply.raw.destroyed) {
      reply.raw.destroy();
      return;
    }
    const { status, headers, body } = renderError(error, request.headers.accept, pathOf(request));
    void reply.code(status).headers(headers).send(body);
  }

  private log({ code }: AppError, request: FastifyRequest, thrown: unknown): void {
    const details = { err: thrown, requestId: request.id, method: request.method, path: pathOf(request) };
    if (code === 'internal') this.logger.error(details, 'request failed');
    else if (code === 'unavailable')
      this.logger.warn(details, 'request refused: a dependency is unavailable');
  }
}
