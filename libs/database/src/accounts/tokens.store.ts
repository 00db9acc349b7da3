import { randomUUID } from 'node:crypto';
import { hashToken, makeToken } from './access-token.js';
import type { Database } from '../connection/database.js';
import { Prisma, type AccessToken } from '../generated/client.js';

/** All that is kept of a token but its hash. */
export interface TokenRecord {
  id: string;
  /** Whose it is. */
  email: string;
  label: string;
  createdAt: Date;
  createdBy: string;
  /** Null: never. */
  expiresAt: Date | null;
  /** To the minute; null: never. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewToken {
  email: string;
  label: string;
  expiresAt: Date | null;
  createdBy: string;
}

/** Tokens of accounts that are kept in Postgres. */
export class TokensStore {
  constructor(private readonly database: Database) {}

  /** `token` is not stored and can't be read again. Null: there is no such account. */
  async create(token: NewToken): Promise<{ token: string; record: TokenRecord } | null> {
    const text = makeToken();
    const { email, label, expiresAt, createdBy } = token;
    const [made] = await this.database.client.$queryRaw<{ id: string }[]>`
      WITH owner AS (SELECT email FROM account WHERE email = ${email} FOR KEY SHARE)
      INSERT INTO access_token (id, email, token_hash, label, created_by, expires_at)
      SELECT ${randomUUID()}::uuid, email, ${hashToken(text)}, ${label}, ${createdBy}, ${expiresAt} FROM owner
      RETURNING id`;
    const record = made && (await this.find(made.id));
    return record ? { token: text, record } : null;
  }

  /**
   * Newest first, also those that are revoked or expired.
   * @param query `after`: id of the last one seen (one that is not there: an empty page); `email`: only theirs
   */
  async list(query: { email?: string; after: string | null; limit: number }): Promise<TokenRecord[]> {
    const { email, after, limit } = query;
    if (after !== null && !isUuid(after)) return [];
    const conditions = [
      Prisma.sql`true`,
      ...(email === undefined ? [] : [Prisma.sql`email = ${email}`]),
      ...(after === null
        ? []
        : [
            Prisma.sql`(created_at, id) < (SELECT created_at, id FROM access_token WHERE id = ${after}::uuid)`,
          ]),
    ];
    const rows = await this.database.client.$queryRaw<{ id: string }[]>`
      SELECT id FROM access_token WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY created_at DESC, id DESC LIMIT ${limit}`;
    const found = await this.database.client.accessToken.findMany({
      where: { id: { in: rows.map(({ id }) => id) } },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    });
    return found.map(toRecord);
  }

  async find(id: string): Promise<TokenRecord | null> {
    if (!isUuid(id)) return null;
    const row = await this.database.client.accessToken.findUnique({ where: { id } });
    return row && toRecord(row);
  }

  /** False: there is no such token. May be repeated; the first time counts. */
  async revoke(id: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    const known = await this.database.client.$executeRaw`
      UPDATE access_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = ${id}::uuid`;
    return known > 0;
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function toRecord({ tokenHash, ...record }: AccessToken): TokenRecord {
  return record;
}
