import type { Account, AccountsStore, AuditStore, TokensStore } from '@app/database';
import { AppError } from '@app/domain';

/** Whoever works on the database itself, as the audit trail calls them. */
export const OPERATOR = 'operator';

const LABEL = 'made by an operator';

interface Stores {
  accounts: Pick<AccountsStore, 'find'>;
  tokens: Pick<TokensStore, 'create'>;
  audit: Pick<AuditStore, 'append'>;
}

/**
 * Makes a token that does not expire for an account that is an admin already, for when nobody can sign in to make one.
 * Makes nobody an admin. May be repeated: each call makes another one. On record, also when it is refused.
 * @throws AppError `not_found`, or `conflict` for an account that is no admin or is switched off
 */
export async function giveAdminToken(
  email: string,
  adminGroups: readonly string[],
  { accounts, tokens, audit }: Stores,
): Promise<string> {
  const refusal = whyNot(email, await accounts.find(email), adminGroups);
  const details = { label: LABEL, expiresAt: null, ...(refusal && { code: refusal.code }) };
  await audit.append({
    actor: OPERATOR,
    action: 'createToken',
    subject: email,
    allowed: refusal === null,
    address: null,
    details,
  });
  if (refusal) throw refusal;
  const made = await tokens.create({ email, label: LABEL, expiresAt: null, createdBy: OPERATOR });
  if (!made) throw noAccount(email);
  return made.token;
}

function whyNot(email: string, account: Account | null, adminGroups: readonly string[]): AppError | null {
  if (!account) return noAccount(email);
  if (!account.isActive) return new AppError('conflict', `The account ${email} is switched off.`);
  const missing = adminGroups.filter((group) => !account.groups.includes(group));
  if (missing.length === 0 && adminGroups.length > 0) return null;
  const groups = missing.length > 0 ? missing.join(', ') : 'any group of admins';
  return new AppError('conflict', `The account ${email} is no admin: it is not in ${groups}.`, {
    hint: 'PROCTOR_ADMIN_EMAIL says for whom, PROCTOR_REQUIRED_ADMIN_GROUP what makes an admin.',
  });
}

function noAccount(email: string): AppError {
  return new AppError('not_found', `There is no account ${email}.`, {
    hint: 'Set PROCTOR_ADMIN_EMAIL to that of an admin; addresses are compared to the letter.',
  });
}
