import { randomUUID } from 'node:crypto';
import { hashToken, createToken } from './access-token.js';
import { readAccount } from './account-row.js';
import { knownSpelling } from './email-spelling.js';
import type { Database } from '../connection/database.js';
import { Prisma, type AccessToken } from '../generated/client.js';

/** A stored token without its hash. */
export interface TokenRecord {
  id: string;
  /** Its owner. */
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

/** Tokens of accounts in Postgres. */
export class TokensStore {
  constructor(private readonly database: Database) {}

  /** `token` is not stored and cannot be read again. Null: the account does not exist. */
  async create(token: NewToken): Promise<{ token: string; record: TokenRecord } | null> {
    const text = createToken();
    const { label, expiresAt, createdBy } = token;
    const email = (await readAccount(this.database.client, token.email))?.email ?? null;
    const [created] = await this.database.client.$queryRaw<{ id: string }[]>`
      WITH owner AS (SELECT email FROM account WHERE email = ${email} FOR KEY SHARE)
      INSERT INTO access_token (id, email, token_hash, label, created_by, expires_at)
      SELECT ${randomUUID()}::uuid, email, ${hashToken(text)}, ${label}, ${createdBy}, ${expiresAt} FROM owner
      RETURNING id`;
    const record = created && (await this.find(created.id));
    return record ? { token: text, record } : null;
  }

  /**
   * Newest first, revoked and expired tokens included.
   * @param query `after`: id of the last token of the previous page (an unknown id gives an empty page); `email`: the
   * owner
   */
  async list(query: { email?: string; after: string | null; limit: number }): Promise<TokenRecord[]> {
    const { after, limit } = query;
    if (after !== null && !isUuid(after)) return [];
    const email = query.email && ((await knownSpelling(this.database.client, query.email)) ?? query.email);
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

  /** False: the token does not exist. May be repeated; the first time is kept. */
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
