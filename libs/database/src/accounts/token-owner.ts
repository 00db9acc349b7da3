import { isSameEmail, type Scope, type ScopeLevel, type User } from '@app/domain';
import { hashToken } from './access-token.js';
import type { Session } from '../connection/database.js';
import { Prisma } from '../generated/client.js';

/** The owner of a token that works. */
export interface TokenOwner extends User {
  tokenId: string;
  /** When the token expires; null: never. */
  tokenExpiresAt: Date | null;
  scope: Scope;
}

interface OwnerRow {
  id: string;
  expires_at: Date | null;
  scope: string;
  procs: string[];
  account_id: bigint;
  email: string;
  name: string;
  active: boolean;
  groups: string[];
}

/**
 * Null: the token is unknown, belongs to another account, is revoked or has expired, or one of the tokens does not work
 * that it descends from: a token made with a stolen one must end with it.
 * @param email null: any owner
 */
export async function findTokenOwner(
  session: Session,
  email: string | null,
  token: string,
): Promise<TokenOwner | null> {
  const owner = await ownerOfToken(session, Prisma.sql`t.token_hash = ${hashToken(token)}`);
  return owner === null || (email !== null && !isSameEmail(email, owner.email)) ? null : owner;
}

/** As `findTokenOwner`, by the token's id. */
export async function findTokenOwnerById(session: Session, id: string): Promise<TokenOwner | null> {
  return ownerOfToken(session, Prisma.sql`t.id = ${id}::uuid`);
}

async function ownerOfToken(session: Session, isToken: Prisma.Sql): Promise<TokenOwner | null> {
  const [row] = await session.$queryRaw<OwnerRow[]>`
    WITH RECURSIVE line AS (
      SELECT t.*, 0 AS depth FROM access_token t WHERE ${isToken}
      UNION ALL
      SELECT t.*, line.depth + 1 FROM line JOIN access_token t ON t.id = line.parent_id
    )
    SELECT line.id, line.expires_at, line.scope, line.procs, a.id AS account_id, a.email, a.name, a.active,
      ARRAY(SELECT group_name FROM account_membership m WHERE m.email = a.email ORDER BY group_name) AS groups
    FROM line JOIN account a ON a.email = line.email
    WHERE line.depth = 0 AND NOT EXISTS (
      SELECT 1 FROM line ended JOIN account maker ON maker.email = ended.email
      WHERE ended.revoked_at IS NOT NULL OR ended.expires_at <= now() OR (ended.depth > 0 AND NOT maker.active))`;
  if (!row) return null;
  return {
    email: row.email,
    accountId: Number(row.account_id),
    name: row.name,
    active: row.active,
    groups: row.groups,
    tokenId: row.id,
    tokenExpiresAt: row.expires_at,
    scope: toScope(row),
  };
}

/** A level that this version does not know stays as it is, and allows nothing. */
export function toScope({ scope, procs }: { scope: string; procs: readonly string[] }): Scope {
  return { level: scope as ScopeLevel, procs: procs.length === 0 ? null : procs };
}
