import type { CancelOutcome, ExecutionsStore } from '@app/database';
import { AppError, isFinal, type Execution } from '@app/domain';
import type { ExecutionUpdates } from '@app/queue';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import type { CancelSignal } from './cancel-signal.js';
import type { EnqueueExecutions } from './enqueue-executions.js';
import type { FindExecution } from './find-execution.js';

export interface CancelExecutionDependencies {
  executions: ExecutionsStore;
  findExecution: FindExecution;
  enqueueExecutions: EnqueueExecutions;
  signal: CancelSignal;
  updates: ExecutionUpdates;
  audit: AuditTrail;
}

/** Cancels executions. */
export class CancelExecution {
  constructor(private readonly dependencies: CancelExecutionDependencies) {}

  /**
   * Ends an execution that has not started; asks the worker to end a running one, which takes a while. May be repeated.
   * @returns the execution after that @throws AppError `conflict` if it had ended, and as `FindExecution` does
   */
  async cancel(id: string, caller: Caller): Promise<Execution> {
    const execution = await this.dependencies.findExecution.find(id, caller);
    if (isFinal(execution.status)) throw alreadyFinal(execution);
    const entry = {
      actor: caller.user.email,
      action: 'cancelExecution',
      subject: String(execution.id),
      address: caller.address,
      details: { proc: execution.procName },
    };
    const request = () => this.request(execution, caller.user.email);
    const outcome = await this.dependencies.audit.recordChange(entry, request);
    if (outcome.kind === 'cancelled') await this.dependencies.enqueueExecutions.enqueue(outcome.admitted);
    else await this.dependencies.signal.send(execution.id);
    this.dependencies.updates.publish([execution.id]);
    return this.latest(execution);
  }

  private async request(
    execution: Execution,
    requestedBy: string,
  ): Promise<Extract<CancelOutcome, { kind: 'cancelled' | 'requested' }>> {
    const outcome = await this.dependencies.executions.requestCancel(execution.id, requestedBy);
    if (outcome.kind === 'cancelled' || outcome.kind === 'requested') return outcome;
    throw alreadyFinal(await this.latest(execution));
  }

  private async latest(execution: Execution): Promise<Execution> {
    return (await this.dependencies.executions.find(execution.id)) ?? execution;
  }
}

function alreadyFinal({ id, status }: Execution): AppError {
  return new AppError('conflict', `Execution ${id} has already ended: ${status}.`);
}
