import {
  acceptedProc,
  type ExecutionsStore,
  type IdempotencyKey,
  type RegisteredProc,
  type SecretsStore,
} from '@app/database';
import type { CallerOrigin, Execution } from '@app/domain';
import type { Caller } from '../authentication/caller.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { PrepareArgs } from '../procs/prepare-args.js';
import type { EnqueueExecutions } from './enqueue-executions.js';

/** A request for an execution of a proc that the caller may execute. */
export interface ExecutionRequest {
  registered: RegisteredProc;
  args: Readonly<Record<string, string>>;
  /** Args that stay secret even if the proc no longer declares them so. */
  secretNames?: readonly string[];
  callbackUrl: string | null;
  idempotency: IdempotencyKey | null;
  origin: CallerOrigin;
}

export interface AcceptExecutionDependencies {
  executions: ExecutionsStore;
  prepareArgs: PrepareArgs;
  secrets: Pick<SecretsStore, 'sealCallback'>;
  enqueueExecutions: EnqueueExecutions;
  /** Called after an audit entry was written. */
  onAudited: () => void;
  metrics: Pick<GatewayMetrics, 'countAcceptedExecution'>;
}

/** Stores and enqueues the execution for an authorized request. */
export class AcceptExecution {
  constructor(private readonly dependencies: AcceptExecutionDependencies) {}

  /** @throws AppError `invalid_args`, and as `ExecutionsStore.submit` does; then nothing has changed */
  async accept(request: ExecutionRequest, caller: Caller): Promise<Execution> {
    const { registered, origin, callbackUrl } = request;
    const { proc } = registered;
    const { execution, isNew, isAdmitted } = await this.dependencies.executions.submit({
      proc: {
        ...acceptedProc(registered),
        registeredAt: registered.createdAt,
        concurrency: proc.concurrency,
      },
      ...this.dependencies.prepareArgs.forExecution(proc, request.args, request.secretNames),
      userEmail: caller.user.email,
      remoteAddress: caller.address,
      callback: callbackUrl === null ? null : this.dependencies.secrets.sealCallback(proc.name, callbackUrl),
      idempotency: request.idempotency,
      origin,
    });
    if (isAdmitted) await this.dependencies.enqueueExecutions.enqueue([execution.id]);
    if (isNew) {
      this.dependencies.metrics.countAcceptedExecution();
      this.dependencies.onAudited();
    }
    return execution;
  }
}
