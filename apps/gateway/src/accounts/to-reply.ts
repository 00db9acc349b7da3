import type { GroupReply, ReplyOf, TokenReply, UserReply } from '@app/contract';
import type { Account, GroupRecord, TokenRecord } from '@app/database';
import type { Scope } from '@app/domain';
import type { Requester } from '../authentication/access.js';

export function toWhoAmIReply({ user, isAdmin, scope }: Requester): ReplyOf<'whoAmI'> {
  const { email, name, groups } = user;
  return { email, name, groups: [...groups], is_admin: isAdmin, ...toScopeReply(scope) };
}

export function toUserReply({ email, name, isActive, isService, groups, createdAt }: Account): UserReply {
  return {
    email,
    name,
    active: isActive,
    service: isService,
    groups: [...groups],
    created_at: createdAt.toISOString(),
  };
}

export function toGroupReply({ name, description, members }: GroupRecord): GroupReply {
  return { name, description, members };
}

export function toScopeReply({ level, procs }: Scope): { scope: string; procs?: string[] } {
  return { scope: level, ...(procs && { procs: [...procs] }) };
}

/** Leaves out times that are not set. */
export function toTokenReply(token: TokenRecord): TokenReply {
  const { id, email, label, scope, createdAt, createdBy, parentId, expiresAt, lastUsedAt, revokedAt } = token;
  return {
    id,
    email,
    label,
    ...toScopeReply(scope),
    created_at: createdAt.toISOString(),
    created_by: createdBy,
    ...(parentId !== null && { parent: parentId }),
    ...(expiresAt && { expires_at: expiresAt.toISOString() }),
    ...(lastUsedAt && { last_used_at: lastUsedAt.toISOString() }),
    ...(revokedAt && { revoked_at: revokedAt.toISOString() }),
  };
}
