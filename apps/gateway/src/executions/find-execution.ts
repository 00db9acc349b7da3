import { isPossibleExecutionId } from '@app/contract';
import type { ExecutionsStore, ProcsStore } from '@app/database';
import { AppError, canSeeExecution, type Execution } from '@app/domain';
import type { Caller } from '../http/caller.js';

/** Finds executions for those who may see them. */
export class FindExecution {
  constructor(
    private readonly executions: ExecutionsStore,
    private readonly procs: ProcsStore,
    private readonly adminGroups: readonly string[],
  ) {}

  /** @param id decimal digits @throws AppError `not_found`, `forbidden` */
  async find(id: string, { user }: Pick<Caller, 'user'>): Promise<Execution> {
    const execution = isPossibleExecutionId(id) ? await this.executions.find(Number(id)) : null;
    if (!execution) throw new AppError('not_found', 'Execution context not Found');
    if (canSeeExecution(user, execution, null, this.adminGroups)) return execution;
    const found = await this.procs.find(execution.procName);
    if (canSeeExecution(user, execution, found?.proc.authorizedGroups ?? null, this.adminGroups))
      return execution;
    throw new AppError(
      'forbidden',
      `This execution of ${execution.procName} is not yours, and you may not execute the proc.`,
    );
  }
}
