import type { ExecutionSummary } from '@app/domain';
import type { Database } from '../connection/database.js';
import { toSummary, type ExecutionSummaryRow } from '../executions/execution-row.js';
import { historyQuery, type HistoryFilter, type HistoryPage } from './history-query.js';

export type { HistoryFilter, HistoryPage } from './history-query.js';

export class HistoryStore {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list(filter: HistoryFilter, page: HistoryPage): Promise<ExecutionSummary[]> {
    const query = historyQuery(filter, page);
    return query ? (await this.database.client.$queryRaw<ExecutionSummaryRow[]>(query)).map(toSummary) : [];
  }
}
