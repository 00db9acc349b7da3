import { randomBytes } from 'node:crypto';
import { AppError } from '@app/domain';
import type { Database } from '../connection/database.js';
import type { SecretBox, SecretPlace } from '../secrets/secret-box.js';

/** No proc has an empty name. */
export const AUDIT_KEY_PLACE: SecretPlace = { procName: '', name: 'key of the audit chain' };

const KEY_BYTES = 32;

/** The key of the audit chain: random, and stored under PROCTOR_SECRET_KEY. It never changes. */
export class AuditKeyStore {
  private key: Uint8Array | null = null;

  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Null: nothing has been sealed yet. @throws AppError if the key is gone, or cannot be opened with this process's key */
  async read(): Promise<Uint8Array | null> {
    this.key ??= await this.load();
    return this.key;
  }

  /** Creates the key if there is none; of two processes that try, one does. @throws as `read` */
  async readOrCreate(): Promise<Uint8Array> {
    const known = await this.read();
    if (known) return known;
    const { ciphertext, keyId } = this.box.seal(randomBytes(KEY_BYTES).toString('hex'), AUDIT_KEY_PLACE);
    await this.database.client.$executeRaw`
      INSERT INTO audit_key (ciphertext, key_id) VALUES (${ciphertext}, ${keyId}) ON CONFLICT DO NOTHING`;
    const key = await this.read();
    if (!key) throw new Error('the key of the audit chain could not be created');
    return key;
  }

  private async load(): Promise<Uint8Array | null> {
    const [row] = await this.database.client.$queryRaw<
      { ciphertext: Uint8Array<ArrayBuffer> | null; keyId: string | null; isUsed: boolean }[]
    >`
      SELECT ciphertext, key_id AS "keyId", EXISTS (SELECT 1 FROM audit_seal) AS "isUsed"
      FROM (VALUES (true)) AS one LEFT JOIN audit_key ON true`;
    if (!row) throw new Error('the key of the audit chain could not be read');
    const { ciphertext, keyId, isUsed } = row;
    if (ciphertext === null || keyId === null) {
      if (!isUsed) return null;
      throw new AppError('conflict', 'The audit trail is sealed, but the key of its chain is gone.', {
        hint: 'Restore the row of audit_key from a backup: without it no seal can be checked, and none is made.',
      });
    }
    return this.open(ciphertext, keyId);
  }

  private open(ciphertext: Uint8Array<ArrayBuffer>, keyId: string): Uint8Array {
    try {
      return Buffer.from(this.box.open({ ciphertext, keyId }, AUDIT_KEY_PLACE), 'hex');
    } catch (cause) {
      throw new AppError(
        'conflict',
        `The key of the audit chain was encrypted with key ${keyId} and cannot be opened with this gateway's PROCTOR_SECRET_KEY, ${this.box.keyId}.`,
        { hint: 'Start every gateway with the same PROCTOR_SECRET_KEY.', cause },
      );
    }
  }
}
