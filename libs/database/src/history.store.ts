import type { Execution } from '@app/domain';
import type { Database } from './database.js';
import { toExecution, type ExecutionRow } from './execution-row.js';
import { historyQuery, type HistoryFilter, type HistoryPage } from './history-query.js';

export type { HistoryFilter, HistoryPage } from './history-query.js';

export class HistoryStore {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list(filter: HistoryFilter, page: HistoryPage): Promise<Execution[]> {
    const query = historyQuery(filter, page);
    return query ? (await this.database.client.$queryRaw<ExecutionRow[]>(query)).map(toExecution) : [];
  }
}
