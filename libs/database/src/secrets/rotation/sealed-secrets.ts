import type { Database } from '../../connection/database.js';
import type { SealedSecret, SecretBox, SecretPlace } from '../secret-box.js';
import { nextAfter, type SealedBatch, type SealedTable, type WriteOutcome } from './sealed-table.js';

const LIMIT = 200;

interface Write extends SecretPlace {
  before: Uint8Array<ArrayBuffer>;
  after: SealedSecret;
}

/** The secrets of procs. */
export class SealedSecrets implements SealedTable<Write> {
  readonly kind = 'secret';

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async read(after: string): Promise<SealedBatch<Write>> {
    // No name of a secret has a space.
    const [name = '', ...words] = after.split(' ');
    const rows = await this.database.client.$queryRaw<(SealedSecret & SecretPlace)[]>`
      SELECT proc_name AS "procName", name, ciphertext, key_id AS "keyId" FROM proc_secret
      WHERE (proc_name, name) > (${words.join(' ')}, ${name}) ORDER BY proc_name, name LIMIT ${LIMIT}`;
    return {
      rows: rows.map(({ procName, ...row }) => {
        const place = { procName, name: row.name };
        return {
          subject: `secret ${row.name} of ${procName}`,
          keyIds: [row.keyId],
          reseal: () => ({
            ...place,
            before: row.ciphertext,
            after: this.box.seal(this.box.open(row, place), place),
          }),
        };
      }),
      next: nextAfter(rows, LIMIT, (row) => `${row.name} ${row.procName}`),
    };
  }

  async write(rows: readonly Write[]): Promise<WriteOutcome> {
    let written = 0;
    for (const { procName, name, before, after } of rows) {
      // Not if it was set anew meanwhile.
      written += await this.database.client.$executeRaw`
        UPDATE proc_secret SET ciphertext = ${after.ciphertext}, key_id = ${after.keyId}
        WHERE proc_name = ${procName} AND name = ${name} AND ciphertext = ${before}`;
    }
    return { written, problems: [] };
  }
}
