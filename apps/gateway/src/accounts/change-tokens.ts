import type { BodyOf } from '@app/contract';
import type { TokenRecord, TokensStore } from '@app/database';
import { AppError, type User } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Authenticator } from '../authentication/authenticator.js';
import type { Caller } from '../authentication/caller.js';
import type { UserSources } from '../authentication/user-sources.js';
import { noAccount } from './change-users.js';

export interface ChangeTokensDependencies {
  tokens: TokensStore;
  sources: Pick<UserSources, 'isAccount'>;
  authenticator: Authenticator;
  audit: AuditTrail;
}

/** Makes and revokes tokens of accounts in Postgres: one's own, and for admins anybody's. */
export class ChangeTokens {
  constructor(private readonly dependencies: ChangeTokensDependencies) {}

  /**
   * The token with its record: nobody can read it again. It lives no longer than the token that it is asked for with,
   * whatever is wished and whoever it is for: who got hold of a short-lived one must not come out with a lasting one.
   * @throws AppError `forbidden` for somebody else's by no admin, `not_found` if there is no such account, `conflict`
   * for a caller who is none
   */
  async create(body: BodyOf<'createToken'>, caller: Caller): Promise<{ token: string; record: TokenRecord }> {
    const { label, expires_in_seconds: seconds } = body;
    const { user, isAdmin, address, credentialExpiresAt } = caller;
    const email = body.email ?? user.email;
    if (email !== user.email && !isAdmin) throw onlyAdmins('make tokens for others');
    // Whoever signed in elsewhere must not come out of it with what lasts longer, or may do more, than that sign-in.
    if (!isAdmin && !this.dependencies.sources.isAccount(user)) throw signedInElsewhere(user);
    const wished = seconds === undefined ? null : new Date(Date.now() + seconds * 1_000);
    const expiresAt = earlierOf(wished, credentialExpiresAt);
    const entry = {
      actor: user.email,
      action: 'createToken',
      subject: email,
      address,
      details: { label, expiresAt: expiresAt?.toISOString() ?? null },
    };
    return this.dependencies.audit.recordChange(entry, async () => {
      const made = await this.dependencies.tokens.create({ email, label, expiresAt, createdBy: user.email });
      if (made) return made;
      throw email === user.email ? signedInElsewhere(user) : noAccount(email);
    });
  }

  /** May be repeated. @throws AppError `not_found` for an unknown token, and for somebody else's by no admin */
  async revoke(id: string, { user, isAdmin, address }: Caller): Promise<void> {
    const record = await this.dependencies.tokens.find(id);
    if (!record) throw noToken(id);
    const { email, label } = record;
    const about = { actor: user.email, action: 'revokeToken', subject: id, address };
    if (email !== user.email && !isAdmin) {
      // The answer is as for one that is not there; the record is as for any refusal.
      this.dependencies.audit.noteRefusal({
        ...about,
        allowed: false,
        details: { code: 'not_found', email },
      });
      throw noToken(id);
    }
    const entry = { ...about, details: { email, label } };
    await this.dependencies.audit.recordChange(entry, () => this.dependencies.tokens.revoke(id));
    this.dependencies.authenticator.forget();
  }
}

/** Null: never. */
function earlierOf(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function noToken(id: string): AppError {
  return new AppError('not_found', `There is no token ${id}.`, { hint: 'GET /token lists yours.' });
}

export function onlyAdmins(what: string): AppError {
  return new AppError('forbidden', `Only admins may ${what}.`);
}

function signedInElsewhere({ email }: User): AppError {
  return new AppError(
    'conflict',
    `Proctor keeps no account for ${email} as you signed in, so it gives no token.`,
    {
      hint: 'For a program, ask an admin for a service account with a token of its own.',
    },
  );
}
