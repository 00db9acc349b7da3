import type { ExecutionSummary } from '@app/domain';
import type { Database } from '../connection/database.js';
import { SUMMARY_COLUMNS, toSummary, type ExecutionSummaryRow } from '../executions/execution-row.js';

/** An execution as it is now, and who may see it. */
export interface WatchedExecution {
  execution: ExecutionSummary;
  /** The groups of its proc; null: the proc was removed. */
  procGroups: readonly string[] | null;
}

/** For how long an execution counts as new: longer than the transaction that accepts it. */
const NEW_SECONDS = 3;

/** What those who watch all executions read. */
export class ChangesStore {
  constructor(private readonly database: Database) {}

  /** The live executions accepted last, oldest first. */
  async listLive(limit: number): Promise<number[]> {
    const rows = await this.database.client.$queryRaw<{ id: bigint }[]>`
      SELECT id FROM execution WHERE ended_at IS NULL ORDER BY id DESC LIMIT ${limit}`;
    return rows.map(({ id }) => Number(id)).reverse();
  }

  /** These executions, and at most `maxNew` that were accepted within the last seconds, in the order of their ids. */
  async read(ids: readonly number[], maxNew: number): Promise<WatchedExecution[]> {
    const rows = await this.database.client.$queryRaw<
      (ExecutionSummaryRow & { authorized_groups: string[] | null })[]
    >`
      SELECT ${SUMMARY_COLUMNS}, p.authorized_groups FROM (
        SELECT unnest(${[...ids]}::bigint[]) AS id
        UNION
        (SELECT id FROM execution WHERE id > first_execution_id_at(now() - make_interval(secs => ${NEW_SECONDS}))
         ORDER BY id DESC LIMIT ${maxNew})
      ) asked JOIN execution e ON e.id = asked.id LEFT JOIN proc p ON p.name = e.proc_name ORDER BY e.id`;
    return rows.map((row) => ({ execution: toSummary(row), procGroups: row.authorized_groups }));
  }
}
