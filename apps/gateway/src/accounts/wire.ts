import { AccountsStore, GroupsStore, ProcsStore, TokensStore, type Database } from '@app/database';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { UserSources } from '../authentication/user-sources.js';
import type { FindProc } from '../procs/find-proc.js';
import { ChangeGroups } from './change-groups.js';
import { ChangeTokens } from './change-tokens.js';
import { ChangeUsers } from './change-users.js';
import { GroupsController } from './groups.controller.js';
import type { TokenLifetime } from './token-lifetime.js';
import { TokensController } from './tokens.controller.js';
import { UsersController } from './users.controller.js';

export interface AccountsDependencies {
  adminGroups: readonly string[];
  isAuthenticationOn: boolean;
  tokenLifetime: TokenLifetime;
  findProc: FindProc;
  database: Database;
  news: AccessNews;
  sources: UserSources;
  audit: AuditTrail;
}

/** Users, groups and tokens in Postgres. */
export function wireAccounts({
  adminGroups,
  isAuthenticationOn,
  tokenLifetime,
  findProc,
  database,
  news,
  sources,
  audit,
}: AccountsDependencies) {
  const accounts = new AccountsStore(database);
  const groups = new GroupsStore(database);
  const tokens = new TokensStore(database);
  const procs = new ProcsStore(database);
  const changeUsers = new ChangeUsers({ accounts, adminGroups, news, audit });
  const changeGroups = new ChangeGroups({ groups, procs, adminGroups, news, audit });
  const changeTokens = new ChangeTokens({
    tokens,
    sources,
    findProc,
    lifetime: tokenLifetime,
    news,
    audit,
    isAuthenticationOn,
  });
  return {
    controllers: [
      new UsersController(accounts, changeUsers),
      new GroupsController(groups, changeGroups),
      new TokensController(tokens, changeTokens),
    ],
  };
}
