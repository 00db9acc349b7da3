import type { Scope } from '@app/domain';
import { randomUUID } from 'node:crypto';
import { hashToken, createToken } from './access-token.js';
import { readAccount } from './account-row.js';
import { knownSpelling } from './email-spelling.js';
import { toScope } from './token-owner.js';
import type { Database } from '../connection/database.js';
import { Prisma, type AccessToken } from '../generated/client.js';

/** A stored token without its hash. */
export interface TokenRecord {
  id: string;
  /** Its owner. */
  email: string;
  label: string;
  scope: Scope;
  createdAt: Date;
  createdBy: string;
  /** The token that it was created with, and ends with; null: none. */
  parentId: string | null;
  /** Null: never. */
  expiresAt: Date | null;
  /** To the minute; null: never. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewToken extends Pick<TokenRecord, 'email' | 'label' | 'scope' | 'parentId' | 'expiresAt'> {
  createdBy: string;
  /** How many tokens that neither are revoked nor have expired the account may have; null: any number. */
  maxLive: number | null;
}

export type CreateTokenOutcome =
  /** `token` is not stored and cannot be read again. */
  { kind: 'created'; token: string; record: TokenRecord } | { kind: 'no_account' | 'too_many' };

/** Tokens of accounts in Postgres. */
export class TokensStore {
  constructor(private readonly database: Database) {}

  /** May run at the same time as others: together they do not exceed `maxLive`. */
  async create({ email: anyEmail, scope, maxLive, ...rest }: NewToken): Promise<CreateTokenOutcome> {
    const token = createToken();
    return this.database.transaction(async (session) => {
      const known = (await readAccount(session, anyEmail))?.email;
      if (known === undefined) return { kind: 'no_account' };
      const locked = await session.$queryRaw<{ email: string }[]>`
        SELECT email FROM account WHERE email = ${known} FOR NO KEY UPDATE`;
      const [owner] = locked;
      if (!owner) return { kind: 'no_account' };
      if (maxLive !== null) {
        const [live] = await session.$queryRaw<{ count: bigint }[]>`
          SELECT count(*) FROM access_token
          WHERE email = ${owner.email} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;
        if (Number(live?.count ?? 0) >= maxLive) return { kind: 'too_many' };
      }
      const created = await session.accessToken.create({
        data: {
          ...rest,
          id: randomUUID(),
          email: owner.email,
          tokenHash: hashToken(token),
          scope: scope.level,
          procs: [...(scope.procs ?? [])],
        },
      });
      return { kind: 'created', token, record: toRecord(created) };
    });
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

  /**
   * Also revokes the tokens that were made with it, and those made with them. May be repeated; the first time is kept.
   * @returns how many were revoked now
   */
  async revoke(id: string): Promise<number> {
    if (!isUuid(id)) return 0;
    // A child that is created meanwhile does not work either: `findTokenOwner` looks at its ancestors.
    return this.database.client.$executeRaw`
      WITH RECURSIVE line AS (
        SELECT id FROM access_token WHERE id = ${id}::uuid
        UNION SELECT t.id FROM line JOIN access_token t ON t.parent_id = line.id
      )
      UPDATE access_token t SET revoked_at = now() FROM line WHERE t.id = line.id AND t.revoked_at IS NULL`;
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function toRecord({ tokenHash, scope, procs, ...record }: AccessToken): TokenRecord {
  return { ...record, scope: toScope({ scope, procs }) };
}
