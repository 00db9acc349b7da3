import { isPossibleExecutionId } from '@app/contract';
import type { ExecutionsStore, ProcsStore } from '@app/database';
import { AppError, type Execution, type ExecutionDetail } from '@app/domain';
import type { Access, Requester } from '../authentication/access.js';

/** Finds executions for users who may see them. */
export class FindExecution {
  constructor(
    private readonly executions: Pick<ExecutionsStore, 'find' | 'findDetail'>,
    private readonly procs: Pick<ProcsStore, 'find'>,
    private readonly access: Access,
  ) {}

  /** @param id decimal digits @throws AppError `not_found`, `forbidden` */
  async find(id: string, requester: Requester): Promise<Execution> {
    return this.show(isPossibleExecutionId(id) ? await this.executions.find(Number(id)) : null, requester);
  }

  /** Like `find`, with args and attempts. The address of the user who started it is for that user and admins only. */
  async findDetail(id: string, requester: Requester): Promise<ExecutionDetail> {
    const detail = await this.show(
      isPossibleExecutionId(id) ? await this.executions.findDetail(Number(id)) : null,
      requester,
    );
    return this.access.mayChange(requester, detail) ? detail : { ...detail, remoteAddress: null };
  }

  private async show<Found extends Execution>(execution: Found | null, requester: Requester): Promise<Found> {
    if (!execution) throw new AppError('not_found', 'Execution context not Found');
    if (await this.access.maySee(requester, execution, null)) return execution;
    const found = await this.procs.find(execution.procName);
    if (await this.access.maySee(requester, execution, found?.proc.authorizedGroups ?? null))
      return execution;
    // Without the proc's name, which only users who may execute it may see.
    throw new AppError(
      'forbidden',
      'You may not see this execution: it is not yours, and you may not execute its proc.',
    );
  }
}
