import type { Database } from '../../connection/database.js';
import type { SealedArgs } from '../../executions/sealed-args.js';
import type { SecretBox } from '../secret-box.js';
import { SecretsStore } from '../secrets.store.js';
import type { SealedBatch, SealedTable, WriteOutcome } from './sealed-table.js';

/** Rows that one batch reads, most of which have no secret args. */
const LIMIT = 1_000;

interface Row {
  id: bigint;
  proc_name: string;
  secret_args: SealedArgs;
}

interface Write {
  id: bigint;
  before: SealedArgs;
  after: SealedArgs | null;
}

/** Secret args of executions: of live ones, and of ended ones that may be run again. Read in the order of the primary key. */
export class SealedExecutions implements SealedTable<Write> {
  readonly kind = 'execution';
  private readonly secrets: SecretsStore;

  constructor(
    private readonly database: Database,
    box: SecretBox,
  ) {
    this.secrets = new SecretsStore(database, box);
  }

  async read(after: string): Promise<SealedBatch<Write>> {
    const rows = await this.database.client.$queryRaw<
      ((Row | { id: null }) & { count: number; last: bigint | null })[]
    >`
      WITH one AS MATERIALIZED (
        SELECT id, proc_name, secret_args FROM execution WHERE id > ${BigInt(after || 0)} ORDER BY id LIMIT ${LIMIT}
      )
      SELECT batch.count, batch.last, one.id, one.proc_name, one.secret_args
      FROM (SELECT count(*)::int AS count, max(id) AS last FROM one) batch
      LEFT JOIN one ON one.secret_args IS NOT NULL ORDER BY one.id`;
    const [batch] = rows;
    return {
      rows: rows.flatMap((row) => (row.id === null ? [] : [this.toSealed(row)])),
      next: batch?.count === LIMIT ? String(batch.last) : null,
    };
  }

  private toSealed({ id, proc_name, secret_args: before }: Row) {
    return {
      subject: `execution ${id} of ${proc_name}`,
      keyIds: Object.values(before).map(({ keyId }) => keyId),
      reseal: () => ({
        id,
        before,
        after: this.secrets.sealArgs(proc_name, this.secrets.openArgs(proc_name, before)),
      }),
    };
  }

  /** Never waits for a lock, so that it can be part of no deadlock. */
  async write(rows: readonly Write[]): Promise<WriteOutcome> {
    const texts = (sealed: (row: Write) => SealedArgs | null) =>
      rows.map((row) => JSON.stringify(sealed(row)));
    const written = await this.database.client.$executeRaw`
      WITH given AS MATERIALIZED (
        SELECT id, before::jsonb, after::jsonb FROM unnest(${rows.map(({ id }) => id)}::bigint[],
          ${texts(({ before }) => before)}::text[], ${texts(({ after }) => after)}::text[]) AS g(id, before, after)
      ), free AS MATERIALIZED (
        SELECT e.id FROM execution e WHERE e.id IN (SELECT id FROM given) ORDER BY e.id FOR UPDATE SKIP LOCKED
      )
      UPDATE execution e SET secret_args = g.after
      FROM given g JOIN free USING (id) WHERE e.id = g.id AND e.secret_args = g.before`;
    return { written, problems: [] };
  }
}
