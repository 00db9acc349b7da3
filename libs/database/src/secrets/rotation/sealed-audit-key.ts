import { AUDIT_KEY_PLACE } from '../../audit/audit-key.store.js';
import type { Database } from '../../connection/database.js';
import type { SealedSecret, SecretBox } from '../secret-box.js';
import type { SealedBatch, SealedTable, WriteOutcome } from './sealed-table.js';

interface Write {
  before: Uint8Array<ArrayBuffer>;
  after: SealedSecret;
}

/** The key of the audit chain, which stays the same: every seal stays valid. */
export class SealedAuditKey implements SealedTable<Write> {
  readonly kind = 'audit_key';

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async read(): Promise<SealedBatch<Write>> {
    const rows = await this.database.client.$queryRaw<SealedSecret[]>`
      SELECT ciphertext, key_id AS "keyId" FROM audit_key`;
    return {
      rows: rows.map((row) => ({
        subject: 'key of the audit chain',
        keyIds: [row.keyId],
        reseal: () => ({
          before: row.ciphertext,
          after: this.box.seal(this.box.open(row, AUDIT_KEY_PLACE), AUDIT_KEY_PLACE),
        }),
      })),
      next: null,
    };
  }

  async write(rows: readonly Write[]): Promise<WriteOutcome> {
    let written = 0;
    for (const { before, after } of rows) {
      written += await this.database.client.$executeRaw`
        UPDATE audit_key SET ciphertext = ${after.ciphertext}, key_id = ${after.keyId} WHERE ciphertext = ${before}`;
    }
    return { written, problems: [] };
  }
}
