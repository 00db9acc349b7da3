import { MAX_EXECUTION_ID, type QueryOf } from '@app/contract';
import type { AccountsStore, HistoryFilter, HistoryStore } from '@app/database';
import type { ExecutionSummary } from '@app/domain';
import type { Requester } from '../authentication/access.js';
import type { FindProc } from '../procs/find-proc.js';

export interface ExecutionsPage {
  executions: ExecutionSummary[];
  /** The cursor of the next page; null: this is the last one. */
  next: string | null;
}

/** Lists the executions that a user may see: their own, and those of procs that they may execute. */
export class ListExecutions {
  constructor(
    private readonly history: Pick<HistoryStore, 'list'>,
    private readonly procs: FindProc,
    private readonly accounts: Pick<AccountsStore, 'spellingOf'>,
  ) {}

  /** Newest first. A filter may name a proc, user or schedule that does not exist. */
  async list(query: QueryOf<'listExecutions'>, requester: Requester): Promise<ExecutionsPage> {
    const { limit, cursor } = query;
    const filter: HistoryFilter = {
      ...(query.proc !== undefined && { procName: query.proc }),
      ...(query.user !== undefined && { userEmail: await this.accounts.spellingOf(query.user) }),
      ...(query.status !== undefined && { statuses: query.status }),
      ...(query.schedule !== undefined && { scheduleId: toId(query.schedule) }),
      ...(query.since !== undefined && { since: new Date(query.since) }),
      ...(query.until !== undefined && { until: new Date(query.until) }),
      visibleTo: await this.findVisible(requester),
    };
    const before = cursor === undefined ? null : toId(cursor);
    const executions = await this.history.list(filter, { before, limit });
    const last = executions.at(-1);
    return { executions, next: last && executions.length === limit ? String(last.id) : null };
  }

  private async findVisible(requester: Requester): Promise<HistoryFilter['visibleTo']> {
    if (requester.isAdmin) return null;
    const procs = await this.procs.listFor(requester);
    const { user: owner, scope } = requester;
    return { owner, ownProcNames: scope.procs, procNames: procs.map(({ name }) => name) };
  }
}

/** Caps the number at an id that no execution has. */
function toId(digits: string): number {
  return Math.min(Number(digits), MAX_EXECUTION_ID);
}
