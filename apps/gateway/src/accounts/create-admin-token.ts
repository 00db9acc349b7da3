import type { Account, AccountsStore, AuditStore, TokensStore } from '@app/database';
import { AppError, FULL_SCOPE } from '@app/domain';

/** The actor in the audit trail for a program that is run on the database itself. */
export const OPERATOR = 'operator';

const LABEL = 'created by an operator';

interface Stores {
  accounts: Pick<AccountsStore, 'find'>;
  tokens: Pick<TokensStore, 'create'>;
  audit: Pick<AuditStore, 'append'>;
}

/**
 * Creates a token for an account that is already an admin, for when no admin can sign in: also beyond the limit of tokens,
 * which a stolen token could fill. Each call creates another token. Audited, also if refused. Returns the email as the
 * account has it.
 * @param expiresAt null: never
 * @throws AppError `not_found`; `conflict` if the account is not an admin or is disabled
 */
export async function createAdminToken(
  email: string,
  adminGroups: readonly string[],
  expiresAt: Date | null,
  { accounts, tokens, audit }: Stores,
): Promise<{ email: string; token: string }> {
  const account = await accounts.find(email);
  const refusal = refusalFor(email, account, adminGroups);
  const details = {
    label: LABEL,
    expiresAt: expiresAt?.toISOString() ?? null,
    ...(refusal && { code: refusal.code }),
  };
  await audit.append({
    actor: OPERATOR,
    action: 'createToken',
    subject: account?.email ?? email,
    allowed: refusal === null,
    address: null,
    details,
  });
  if (refusal) throw refusal;
  const made = await tokens.create({
    ...{
      email,
      label: LABEL,
      scope: FULL_SCOPE,
      expiresAt,
      parentId: null,
      createdBy: OPERATOR,
      maxLive: null,
    },
  });
  if (made.kind !== 'created') throw noAccount(email);
  return { email: made.record.email, token: made.token };
}

function refusalFor(email: string, account: Account | null, adminGroups: readonly string[]): AppError | null {
  if (!account) return noAccount(email);
  if (!account.isActive) return new AppError('conflict', `Account ${email} is disabled.`);
  const missing = adminGroups.filter((group) => !account.groups.includes(group));
  if (missing.length === 0 && adminGroups.length > 0) return null;
  const groups = missing.length > 0 ? missing.join(', ') : 'any admin group';
  return new AppError('conflict', `Account ${email} is not an admin: it is not a member of ${groups}.`, {
    hint: 'PROCTOR_ADMIN_EMAIL sets the account, PROCTOR_REQUIRED_ADMIN_GROUP the admin groups.',
  });
}

function noAccount(email: string): AppError {
  return new AppError('not_found', `No such account: ${email}.`, {
    hint: 'Set PROCTOR_ADMIN_EMAIL to the email of an admin.',
  });
}
