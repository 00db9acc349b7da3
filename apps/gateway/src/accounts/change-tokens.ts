import type { BodyOf } from '@app/contract';
import type { TokenRecord, TokensStore } from '@app/database';
import { AppError, FULL_SCOPE, isSameEmail, type Scope, type User } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';
import { earlierOf } from '../authentication/credential.js';
import type { UserSources } from '../authentication/user-sources.js';
import type { FindProc } from '../procs/find-proc.js';
import { noAccount } from './change-users.js';
import { tokenExpiry, type TokenLifetime } from './token-lifetime.js';

/** Of an account: tokens that neither are revoked nor have expired. */
export const MAX_LIVE_TOKENS = 50;

export interface ChangeTokensDependencies {
  tokens: TokensStore;
  sources: Pick<UserSources, 'isAccount'>;
  findProc: Pick<FindProc, 'find'>;
  lifetime: TokenLifetime;
  news: Pick<AccessNews, 'announce'>;
  audit: AuditTrail;
  isAuthenticationOn: boolean;
}

/** Creates and revokes tokens of accounts in Postgres: the caller's own, and for admins those of any account. */
export class ChangeTokens {
  constructor(private readonly dependencies: ChangeTokensDependencies) {}

  /**
   * Returns the token with its record; the token cannot be read again. It ends with the caller's own token, and expires
   * no later, whatever was requested: a stolen token must not yield one that outlives it.
   * @throws AppError `forbidden` for another account's token, unless the caller is an admin, and to a workload; `not_found` if there is no
   * such account or proc; `conflict` if the caller has no account, or the account too many tokens, or while authentication
   * is off; `invalid_args` beyond the longest lifetime
   */
  async create(body: BodyOf<'createToken'>, caller: Caller): Promise<{ token: string; record: TokenRecord }> {
    const { label, expires_in_seconds: seconds } = body;
    const { user, isAdmin, address, credentialExpiresAt, tokenId: parentId } = caller;
    const email = body.email ?? user.email;
    if (!this.dependencies.isAuthenticationOn) throw this.noTokens(email, caller);
    if (caller.workload) throw notByWorkloads('create tokens');
    if (!isSameEmail(email, user.email) && !isAdmin) throw onlyAdmins('create tokens for other accounts');
    // A sign-in through the plugin must not yield a token that outlives it, or that may do more.
    if (!isAdmin && !this.dependencies.sources.isAccount(user)) throw noOwnAccount(user);
    const requested = tokenExpiry(seconds, this.dependencies.lifetime, Date.now());
    const expiresAt = earlierOf(requested, credentialExpiresAt);
    const scope = scopeOf(body);
    for (const name of scope.procs ?? []) await this.dependencies.findProc.find(name, caller);
    const entry = {
      actor: user.email,
      action: 'createToken',
      subject: email,
      address,
      details: {
        label,
        scope: scope.level,
        ...(scope.procs && { procs: JSON.stringify(scope.procs) }),
        expiresAt: expiresAt?.toISOString() ?? null,
        ...(parentId !== null && { parent: parentId }),
      },
    };
    const token = {
      email,
      label,
      scope,
      expiresAt,
      parentId,
      createdBy: user.email,
      maxLive: MAX_LIVE_TOKENS,
    };
    return this.dependencies.audit.recordChange(entry, async () => {
      const outcome = await this.dependencies.tokens.create(token);
      if (outcome.kind === 'created') return outcome;
      if (outcome.kind === 'too_many') throw tooManyTokens(email);
      throw isSameEmail(email, user.email) ? noOwnAccount(user) : noAccount(email);
    });
  }

  /** Everyone is an admin now, and would stay one with a token when authentication is on again. */
  private noTokens(email: string, { user, address }: Caller): AppError {
    const details = { code: 'conflict' };
    const action = 'createToken';
    const refusal = { actor: user.email, action, subject: email, address, allowed: false, details };
    this.dependencies.audit.noteRefusal(refusal);
    return new AppError('conflict', 'While authentication is off, the gateway creates no tokens.', {
      hint: 'No client needs one now. For later, set PROCTOR_AUTH_ENABLED=true first; operators get the first token with create-admin.',
    });
  }

  /** Also revokes the tokens made with it. May be repeated. @throws AppError `not_found` for an unknown token, or for another account's unless by an admin */
  async revoke(id: string, { user, isAdmin, address }: Caller): Promise<void> {
    const record = await this.dependencies.tokens.find(id);
    if (!record) throw noToken(id);
    const { email, label } = record;
    const about = { actor: user.email, action: 'revokeToken', subject: id, address };
    if (!isSameEmail(email, user.email) && !isAdmin) {
      // The answer does not reveal that the token exists; the audit trail records a refusal.
      this.dependencies.audit.noteRefusal({
        ...about,
        allowed: false,
        details: { code: 'not_found', email },
      });
      throw noToken(id);
    }
    const entry = { ...about, details: { email, label } };
    await this.dependencies.audit.recordChange(entry, () => this.dependencies.tokens.revoke(id));
    this.dependencies.news.announce();
  }
}

function scopeOf({ scope, procs }: BodyOf<'createToken'>): Scope {
  if (procs === undefined) return { ...FULL_SCOPE, ...(scope && { level: scope }) };
  return { level: scope ?? 'execute', procs: [...new Set(procs)] };
}

function tooManyTokens(email: string): AppError {
  return new AppError('conflict', `${email} has ${MAX_LIVE_TOKENS} tokens, which is the most.`, {
    hint: 'Revoke those that are not in use: see `proctor token list` and `proctor token revoke`.',
  });
}

function noToken(id: string): AppError {
  return new AppError('not_found', `No such token: ${id}.`, { hint: 'See `proctor token list`.' });
}

/** A stolen token of a CI job must leave nothing that outlives it. */
export function notByWorkloads(what: string): AppError {
  return new AppError('forbidden', `Tokens of workloads cannot ${what}.`, {
    hint: 'A program needs no other token: it gets a new one from its own platform for each job.',
  });
}

export function onlyAdmins(what: string): AppError {
  return new AppError('forbidden', `Only admins may ${what}.`);
}

function noOwnAccount({ email }: User): AppError {
  return new AppError(
    'conflict',
    `You are signed in through the authentication plugin, so ${email} cannot have a Proctor token.`,
    {
      hint: 'To authenticate a program, ask an admin for a service account.',
    },
  );
}
