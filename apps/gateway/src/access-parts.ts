import type { Type } from '@nestjs/common';
import {
  AccountsStore,
  AuditStore,
  GroupsStore,
  NotificationPreferencesStore,
  NotificationsStore,
  SignInsStore,
  TokensStore,
  type Database,
  type ProcsStore,
} from '@app/database';
import type { AuthPlugin } from '@app/plugins';
import { NotificationSignal, type SignalSender } from '@app/queue';
import { ChangeGroups } from './accounts/change-groups.js';
import { ChangeTokens } from './accounts/change-tokens.js';
import { ChangeUsers } from './accounts/change-users.js';
import { GroupsController } from './accounts/groups.controller.js';
import { PostgresAuth } from './authentication/postgres-auth.js';
import { TokensController } from './accounts/tokens.controller.js';
import { UsersController } from './accounts/users.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { ExportAudit } from './audit/export-audit.js';
import type { GatewaySettings } from './env.js';
import { Access } from './authentication/access.js';
import { AuditTrail } from './audit/audit-trail.js';
import { OldestClient } from './authentication/auth.guard.js';
import { Authenticator } from './authentication/authenticator.js';
import type { GatewayLog } from './http/gateway-log.js';
import { LoginLimits } from './authentication/login-limits.js';
import { NoteSignIns } from './authentication/note-sign-ins.js';
import { OriginCheck } from './authentication/origin-check.js';
import { UserSources } from './authentication/user-sources.js';
import { NotificationsController } from './notifications/notifications.controller.js';
import { NotifyPreference } from './notifications/notify-preference.js';
import { ResendNotification } from './notifications/resend-notification.js';
import { SignIn } from './sign-in/sign-in.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SignInLimit } from './sign-in/sign-in-limit.js';

export const ACCESS_CONTROLLERS: readonly Type[] = [
  UsersController,
  GroupsController,
  TokensController,
  AuditController,
  NotificationsController,
  SignInController,
];

interface Given {
  settings: GatewaySettings;
  database: Database;
  /** Null: accounts in Postgres alone. */
  authPlugin: AuthPlugin | null;
  procs: ProcsStore;
  log: GatewayLog;
  signals: SignalSender;
}

/** What knows who is asking, what they may do, and what they did. `objects`: what else the controllers and guard need. */
export function makeAccessParts({ settings, database, authPlugin, procs, log, signals }: Given) {
  const { adminGroups, isAuthenticationOn, plugin, failedLogins, minClientVersion } = settings.access;
  const accounts = new AccountsStore(database);
  const groups = new GroupsStore(database);
  const tokens = new TokensStore(database);
  const auditStore = new AuditStore(database);
  const audit = new AuditTrail(auditStore, log);

  const notifications = new NotificationsStore(database);
  const postgresAuth = new PostgresAuth(accounts);
  const isClosed = async (email: string) => {
    const account = await accounts.find(email);
    return account !== null && (account.isService || !account.isActive);
  };
  const signIns = new NoteSignIns(new SignInsStore(database), plugin.shownName, log);
  const sources = new UserSources(postgresAuth, authPlugin ?? postgresAuth, isClosed, (user) =>
    signIns.note(user),
  );
  const access = new Access(adminGroups, (user, required) => sources.verify(user, required));
  const groupsOfEverybody = isAuthenticationOn ? null : adminGroups;
  const authenticator = new Authenticator(sources, new LoginLimits(failedLogins), groupsOfEverybody);

  const shownPlugin = { name: plugin.shownName, deviceFlow: authPlugin?.deviceFlow };
  const signIn = new SignIn(isAuthenticationOn ? shownPlugin : null, sources, new SignInLimit(), audit);
  const objects = [
    new OldestClient(minClientVersion),
    new OriginCheck(settings.publicOrigin, isAuthenticationOn),
    ...[accounts, groups, tokens, auditStore, signIn, sources],
    new ChangeUsers(accounts, adminGroups, authenticator, audit),
    new ChangeGroups(groups, procs, adminGroups, authenticator, audit),
    new ChangeTokens(tokens, sources, authenticator, audit),
    notifications,
    new ResendNotification(notifications, audit, new NotificationSignal(signals)),
    new NotifyPreference(new NotificationPreferencesStore(database), audit),
    new ExportAudit(auditStore, audit, settings.logStream.patienceMs, log),
  ];
  return { access, authenticator, audit, objects };
}
