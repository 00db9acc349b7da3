import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '@app/domain';
import { AuditTrail } from '../audit/audit-trail.js';
import { findCaller, type Caller } from '../authentication/caller.js';
import { textOf } from '../authentication/credentials.js';
import { findRouteName } from './find-route-name.js';
import { GatewayLog } from './gateway-log.js';
import { renderError } from './render-error.js';
import { toAppError } from './to-app-error.js';

/** Turns whatever was thrown on the way to an answer into one. */
@Catch()
@Injectable()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly audit: AuditTrail,
    private readonly log: GatewayLog,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toAppError(thrown, request.id);
    this.note(error, request, thrown);
    if (reply.raw.headersSent || reply.raw.destroyed) {
      reply.raw.destroy();
      return;
    }
    const { status, headers, body } = renderError(error, request.headers.accept);
    void reply.code(status).headers(headers).send(body);
  }

  private note(error: AppError, request: FastifyRequest, thrown: unknown): void {
    const where = { requestId: request.id, method: request.method, path: pathOf(request) };
    if (error.code === 'internal') this.log.logger.error({ err: thrown, ...where }, 'a request failed');
    else if (error.code === 'unavailable') this.log.logger.warn({ err: thrown, ...where }, 'not available');
    const caller = findCaller(request);
    if (!isRefusal(error, caller)) return;
    const { method } = request;
    const { url: pattern = 'unknown' } = request.routeOptions;
    this.audit.noteRefusal({
      actor: caller?.user.email ?? 'unknown',
      action: findRouteName(method, pattern) ?? `${method} ${pattern}`,
      subject: pathOf(request),
      allowed: false,
      address: request.ip,
      details: {
        code: error.code,
        method,
        path: pathOf(request),
        ...(!caller && { claimed: claimedEmail(request) }),
      },
    });
  }
}

/** Of somebody, as opposed to something that is wrong with the request. A stranger is slowed down for guessing. */
function isRefusal({ code }: AppError, caller: Caller | null): boolean {
  return code === 'unauthenticated' || code === 'forbidden' || (code === 'too_many_requests' && !caller);
}

const MAX_CHARACTERS = 300;

/** Without the query: it is nobody's business, and may be long. */
function pathOf(request: FastifyRequest): string {
  return (request.url.split('?', 1)[0] ?? '').slice(0, MAX_CHARACTERS);
}

function claimedEmail(request: FastifyRequest): string | null {
  const [email] = request.raw.headersDistinct['email-id'] ?? [];
  // Postgres refuses half a character in JSON, and the entry with it.
  return email === undefined ? null : textOf(email).slice(0, MAX_CHARACTERS).toWellFormed();
}
