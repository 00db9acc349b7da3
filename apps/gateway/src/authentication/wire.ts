import { AccountsStore, BrowserSessionsStore, SecretBox, SignInsStore, WorkloadsStore } from '@app/database';
import type { User } from '@app/domain';
import type { Logger } from '@app/platform';
import { Outbound } from '@app/outbound';
import { WorkloadIssuers, type AuthPlugin } from '@app/plugins';
import type { GatewaySettings } from '../env.js';
import type { Connections } from '../open-connections.js';
import { Access } from './access.js';
import { AccessNews } from './access-news.js';
import { AuthGuard } from './auth.guard.js';
import { BrowserSessions } from './browser-sessions.js';
import { Authenticator } from './authenticator.js';
import { LoginLimits } from './login-limits.js';
import { RecordSignIns } from './record-sign-ins.js';
import { HostCheck } from './host-check.js';
import { KnownHosts } from './known-hosts.js';
import { OriginCheck } from './origin-check.js';
import { PostgresAuth } from './postgres-auth.js';
import { Reauthorizer } from './reauthorizer.js';
import { AuditWorkload } from './audit-workload.js';
import { UserSources } from './user-sources.js';
import { WorkloadTokens } from './workload-tokens.js';

export interface AuthenticationDependencies {
  settings: Pick<
    GatewaySettings,
    'access' | 'publicOrigin' | 'allowedHosts' | 'outbound' | 'secretKeys' | 'sessions'
  >;
  connections: Pick<Connections, 'database' | 'signals' | 'updatesSubscriber'>;
  /** Null: users and tokens are in Postgres alone. */
  authPlugin: AuthPlugin | null;
  logger: Logger;
}

/** Identifies the users of requests and decides what they may do. */
export function wireAuthentication({
  settings,
  connections: { database, signals, updatesSubscriber },
  authPlugin,
  logger,
}: AuthenticationDependencies) {
  const { adminGroups, isAuthenticationOn, plugin, failedLogins, minClientVersion } = settings.access;
  const accounts = new AccountsStore(database);
  const postgresAuth = new PostgresAuth(accounts);
  const signIns = new RecordSignIns(new SignInsStore(database), plugin.shownName, logger);
  const isClosed = async (email: string) => {
    const account = await accounts.find(email);
    return account !== null && (account.isService || !account.isActive);
  };
  const noteSignIn = (user: User) => signIns.note(user);
  const workloads = new WorkloadTokens({
    rules: new WorkloadsStore(database),
    issuers: new WorkloadIssuers({ outbound: new Outbound(settings.outbound) }),
    people: authPlugin?.accepts,
  });
  const users = authPlugin ?? postgresAuth;
  const sources = new UserSources(postgresAuth, users, accounts, isClosed, noteSignIn, workloads);
  const access = new Access(
    adminGroups,
    (user, groups) => sources.verify(user, groups),
    (user) => sources.credentialOf(user).scope,
  );
  const groupsOfEveryone = isAuthenticationOn ? null : adminGroups;
  const sessions = new BrowserSessionsStore(
    database,
    new SecretBox(...settings.secretKeys),
    settings.sessions.idleSeconds,
  );
  const authenticator = new Authenticator(
    sources,
    new BrowserSessions(sessions, sources),
    new LoginLimits(failedLogins),
    groupsOfEveryone,
  );
  const originCheck = new OriginCheck(settings.publicOrigin, isAuthenticationOn);
  return {
    access,
    accounts,
    authenticator,
    sessions,
    originCheck,
    news: new AccessNews({ authenticator, signals, subscriber: updatesSubscriber }),
    reauthorizer: new Reauthorizer(authenticator, access),
    sources,
    auditWorkload: new AuditWorkload(),
    hostCheck: new HostCheck(new KnownHosts(settings.allowedHosts), isAuthenticationOn),
    guard: new AuthGuard({ authenticator, access, sources, originCheck, minClientVersion }),
  };
}
