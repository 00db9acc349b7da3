import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { withAuditDetails } from '@app/database';
import { findCaller } from './caller.js';
import { workloadDetails } from './credential.js';

/** Names the workload's rule and token in every audit entry of its request: the actor is the service account of many jobs. */
export class AuditWorkload implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const workload = findCaller(context.switchToHttp().getRequest<FastifyRequest>())?.workload;
    if (!workload) return next.handle();
    return new Observable((subscriber) =>
      withAuditDetails(workloadDetails(workload), () => next.handle().subscribe(subscriber)),
    );
  }
}
