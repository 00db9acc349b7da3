import type { FastifyInstance } from 'fastify';
import { withAuditDetails } from '@app/database';
import { findCaller } from './caller.js';
import { workloadDetails } from './credential.js';

/** Names the workload's rule and token in every audit entry of its request: the actor is the service account of many jobs. */
export class AuditWorkload {
  /**
   * Call it before the server listens, and after the hooks that find the caller. A hook, because a single interceptor
   * makes Nest run every handler in RxJS: that was a twelfth of the processor time of an accept.
   */
  install(fastify: FastifyInstance): void {
    fastify.addHook('preHandler', (request, _reply, done) => {
      const workload = findCaller(request)?.workload;
      if (workload) withAuditDetails(workloadDetails(workload), done);
      else done();
    });
  }
}
