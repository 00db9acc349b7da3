import type { GroupReply, TokenReply, UserReply } from '@app/contract';
import type { Account, GroupRecord, TokenRecord } from '@app/database';

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

/** Leaves out times that are not set. */
export function toTokenReply(token: TokenRecord): TokenReply {
  const { id, email, label, createdAt, createdBy, expiresAt, lastUsedAt, revokedAt } = token;
  return {
    id,
    email,
    label,
    created_at: createdAt.toISOString(),
    created_by: createdBy,
    ...(expiresAt && { expires_at: expiresAt.toISOString() }),
    ...(lastUsedAt && { last_used_at: lastUsedAt.toISOString() }),
    ...(revokedAt && { revoked_at: revokedAt.toISOString() }),
  };
}
