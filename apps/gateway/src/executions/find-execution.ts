import { isPossibleExecutionId } from '@app/contract';
import type { ExecutionsStore, ProcsStore } from '@app/database';
import { AppError, type Execution, type ExecutionDetail } from '@app/domain';
import type { Access, Asker } from '../authentication/access.js';

/** Finds executions for those who may see them. */
export class FindExecution {
  constructor(
    private readonly executions: Pick<ExecutionsStore, 'find' | 'findDetail'>,
    private readonly procs: Pick<ProcsStore, 'find'>,
    private readonly access: Access,
  ) {}

  /** @param id decimal digits @throws AppError `not_found`, `forbidden` */
  async find(id: string, asker: Asker): Promise<Execution> {
    return this.show(isPossibleExecutionId(id) ? await this.executions.find(Number(id)) : null, asker);
  }

  /** The same with all that is known of it. */
  async findDetail(id: string, asker: Asker): Promise<ExecutionDetail> {
    return this.show(isPossibleExecutionId(id) ? await this.executions.findDetail(Number(id)) : null, asker);
  }

  private async show<Found extends Execution>(execution: Found | null, asker: Asker): Promise<Found> {
    if (!execution) throw new AppError('not_found', 'Execution context not Found');
    if (await this.access.maySee(asker, execution, null)) return execution;
    const found = await this.procs.find(execution.procName);
    if (await this.access.maySee(asker, execution, found?.proc.authorizedGroups ?? null)) return execution;
    // Not of which proc: its name is for those who may execute it.
    throw new AppError('forbidden', 'This execution is not yours, and you may not execute its proc.');
  }
}
