import type { Database } from '../../connection/database.js';
import type { SealedArgs } from '../../executions/sealed-args.js';
import type { SealedCallback } from '../../executions/sealed-callback.js';
import type { SecretBox } from '../secret-box.js';
import { SecretsStore } from '../secrets.store.js';
import { PLAIN, type SealedBatch, type SealedTable, type WriteOutcome } from './sealed-table.js';

/** Rows that one batch reads, most of which have nothing sealed. */
const LIMIT = 1_000;

interface Stored {
  secret_args: SealedArgs | null;
  callback: SealedCallback | null;
  /** From before it was sealed. */
  callback_url: string | null;
}

type Row = Stored & { id: bigint; proc_name: string };

interface Write {
  id: string;
  before: Stored;
  after: Omit<Stored, 'callback_url'>;
}

/**
 * Secret args and callback URLs of executions: of live ones, and of ended ones that may be run, or notified, again. Read in
 * the order of the primary key.
 */
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
        SELECT id, proc_name, secret_args, callback, callback_url FROM execution
        WHERE id > ${BigInt(after || 0)} ORDER BY id LIMIT ${LIMIT}
      )
      SELECT batch.count, batch.last, one.*
      FROM (SELECT count(*)::int AS count, max(id) AS last FROM one) batch
      LEFT JOIN one ON num_nonnulls(secret_args, callback, callback_url) > 0 ORDER BY one.id`;
    const [batch] = rows;
    return {
      rows: rows.flatMap((row) => (row.id === null ? [] : [this.toSealed(row)])),
      next: batch?.count === LIMIT ? String(batch.last) : null,
    };
  }

  private toSealed({ id, proc_name, secret_args, callback, callback_url }: Row) {
    const before = { secret_args, callback, callback_url };
    return {
      subject: `execution ${id} of ${proc_name}`,
      keyIds: [
        ...Object.values(secret_args ?? {}).map(({ keyId }) => keyId),
        ...(callback === null ? [] : [callback.keyId]),
        ...(callback_url === null ? [] : [PLAIN]),
      ],
      reseal: () => ({ id: String(id), before, after: this.sealAgain(proc_name, before) }),
    };
  }

  private sealAgain(procName: string, { secret_args, callback, callback_url }: Stored): Write['after'] {
    const url = callback === null ? callback_url : this.secrets.openCallback(procName, callback);
    return {
      secret_args:
        secret_args && this.secrets.sealArgs(procName, this.secrets.openArgs(procName, secret_args)),
      callback: url === null ? null : this.secrets.sealCallback(procName, url),
    };
  }

  /** Never waits for the lock of an execution, so that it can be part of no deadlock. */
  async write(rows: readonly Write[]): Promise<WriteOutcome> {
    const written = await this.database.client.$executeRaw`
      WITH given AS MATERIALIZED (
        SELECT id, before, nullif(after -> 'secret_args', 'null') AS secret_args,
          nullif(after -> 'callback', 'null') AS callback
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS g(id bigint, before jsonb, after jsonb)
      ), free AS MATERIALIZED (
        SELECT e.id FROM execution e WHERE e.id IN (SELECT id FROM given) ORDER BY e.id FOR UPDATE SKIP LOCKED
      ), shown AS (
        -- The recipient of a delivery from before is the whole URL.
        UPDATE delivery d SET recipient = g.callback ->> 'origin'
        FROM given g JOIN free USING (id) JOIN notification n ON n.execution_id = g.id
        WHERE g.before ->> 'callback_url' IS NOT NULL AND d.notification_id = n.id AND d.channel = 'callback'
      )
      UPDATE execution e SET secret_args = g.secret_args, callback = g.callback, callback_url = NULL
      FROM given g JOIN free USING (id)
      WHERE e.id = g.id AND g.before = jsonb_build_object(
        'secret_args', e.secret_args, 'callback', e.callback, 'callback_url', e.callback_url)`;
    return { written, problems: [] };
  }
}
