import type { ExecutionsStore } from '@app/database';
import { AppError, isFinal, type Execution } from '@app/domain';
import type { NewsPublisher } from '@app/queue';
import type { AuditTrail } from '../http/audit-trail.js';
import type { Caller } from '../http/caller.js';
import type { CancelSignal } from './cancel-signal.js';
import type { EnqueueExecutions } from './enqueue-executions.js';
import type { FindExecution } from './find-execution.js';

/** Stops executions. */
export class CancelExecution {
  constructor(
    private readonly executions: ExecutionsStore,
    private readonly finder: FindExecution,
    private readonly queue: EnqueueExecutions,
    private readonly signal: CancelSignal,
    private readonly news: NewsPublisher,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Ends what was never started; asks the worker to end what runs, which takes a while. May be repeated.
   * @returns the execution as it is then @throws AppError `conflict` if it was final, and as `FindExecution` does
   */
  async cancel(id: string, caller: Caller): Promise<Execution> {
    const execution = await this.finder.find(id, caller);
    if (isFinal(execution.status)) throw alreadyFinal(execution);
    await this.audit.record({
      actor: caller.user.email,
      action: 'cancelExecution',
      subject: id,
      allowed: true,
      address: caller.address,
      details: { proc: execution.procName },
    });
    const outcome = await this.executions.requestCancel(execution.id, `cancelled by ${caller.user.email}`);
    if (outcome.kind === 'cancelled') await this.queue.enqueue(outcome.admitted);
    if (outcome.kind === 'requested') await this.signal.send(execution.id);
    this.news.publish([execution.id]);
    const now = (await this.executions.find(execution.id)) ?? execution;
    if (outcome.kind === 'already_final' || outcome.kind === 'not_found') throw alreadyFinal(now);
    return now;
  }
}

function alreadyFinal({ id, status }: Execution): AppError {
  return new AppError('conflict', `Execution ${id} has ended already: ${status}.`);
}
