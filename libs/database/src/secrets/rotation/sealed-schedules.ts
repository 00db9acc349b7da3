import type { Database } from '../../connection/database.js';
import { hasCode, UNIQUE_VIOLATION } from '../../connection/error-codes.js';
import type { SealedArgs } from '../../executions/sealed-args.js';
import { withoutDone } from '../../schedules/same-args.js';
import type { SecretBox } from '../secret-box.js';
import { SecretsStore } from '../secrets.store.js';
import {
  nextAfter,
  UNKNOWN_KEY,
  type SealedBatch,
  type SealedRow,
  type SealedTable,
  type WriteOutcome,
} from './sealed-table.js';

const LIMIT = 200;
/** The hashes of a schedule's args: one for each key of the box, in its order. */
export type HashArgs = (procName: string, args: Readonly<Record<string, string>>) => readonly string[];

interface Row {
  id: bigint;
  proc_name: string;
  args: Record<string, string>;
  secret_args: SealedArgs | null;
  args_hash: string;
}

interface Write {
  row: Row;
  secretArgs: SealedArgs | null;
  argsHash: string;
}

/** Secret args of schedules, and the hash of all args of each. */
export class SealedSchedules implements SealedTable<Write> {
  readonly kind = 'schedule';
  private readonly secrets: SecretsStore;

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    private readonly hashArgs: HashArgs,
  ) {
    this.secrets = new SecretsStore(database, box);
  }

  async read(after: string): Promise<SealedBatch<Write>> {
    const rows = await this.database.client.$queryRaw<Row[]>`
      SELECT id, proc_name, args, secret_args, args_hash FROM schedule
      WHERE id > ${BigInt(after || 0)} ORDER BY id LIMIT ${LIMIT}`;
    return {
      rows: rows.map((row) => this.toSealed(row)),
      next: nextAfter(rows, LIMIT, ({ id }) => String(id)),
    };
  }

  private toSealed(row: Row): SealedRow<Write> {
    const ofArgs = Object.values(row.secret_args ?? {}).map(({ keyId }) => keyId);
    const canOpen = ofArgs.every((keyId) => this.box.keyIds.includes(keyId));
    return {
      subject: `schedule ${row.id} of ${row.proc_name}`,
      keyIds: canOpen ? [...ofArgs, this.keyOfHash(row)] : ofArgs,
      reseal: () => {
        const opened = this.open(row);
        const [hash = ''] = this.hashArgs(row.proc_name, { ...row.args, ...opened });
        return {
          row,
          secretArgs: this.secrets.sealArgs(row.proc_name, opened),
          argsHash: hash + row.args_hash.slice(withoutDone(row.args_hash).length),
        };
      },
    };
  }

  /** The id of the key whose hash the schedule has. */
  private keyOfHash(row: Row): string {
    try {
      const hashes = this.hashArgs(row.proc_name, { ...row.args, ...this.open(row) });
      return this.box.keyIds[hashes.indexOf(withoutDone(row.args_hash))] ?? UNKNOWN_KEY;
    } catch {
      // `reseal` says why.
      return UNKNOWN_KEY;
    }
  }

  private open({ proc_name, secret_args }: Row): Record<string, string> {
    return secret_args === null ? {} : this.secrets.openArgs(proc_name, secret_args);
  }

  async write(writes: readonly Write[]): Promise<WriteOutcome> {
    const problems: WriteOutcome['problems'][number][] = [];
    let written = 0;
    for (const write of writes) {
      try {
        written += await this.writeOne(write);
      } catch (error) {
        if (!hasCode(error, UNIQUE_VIOLATION)) throw error;
        const { id, proc_name } = write.row;
        const message = 'another schedule has the same args: remove one of them';
        problems.push({ subject: `schedule ${id} of ${proc_name}`, message });
      }
    }
    return { written, problems };
  }

  /** Waits for a scheduler that is firing it, so that each execution with the old args is stored before they are gone. */
  private writeOne({ row, secretArgs, argsHash }: Write): Promise<number> {
    const text = (sealed: SealedArgs | null) => (sealed === null ? null : JSON.stringify(sealed));
    return this.database.client.$executeRaw`
      UPDATE schedule SET secret_args = ${text(secretArgs)}::jsonb, args_hash = ${argsHash}
      WHERE id = ${row.id} AND args_hash = ${row.args_hash}
        AND secret_args IS NOT DISTINCT FROM ${text(row.secret_args)}::jsonb`;
  }
}
