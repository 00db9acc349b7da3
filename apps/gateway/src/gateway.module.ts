import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { GroupsStore, MetricsStore } from '@app/database';
import {
  packageVersion,
  registerController,
  type Logger,
  type OpenResources,
  type Telemetry,
} from '@app/platform';
import type { AuthPlugin } from '@app/plugins';
import { KnownGroups } from './accounts/known-groups.js';
import { wireAccounts } from './accounts/wire.js';
import { wireAudit } from './audit/wire.js';
import { wireAuthentication } from './authentication/wire.js';
import { wireConsole } from './console/wire.js';
import { wireDocs } from './docs/wire.js';
import type { GatewaySettings } from './env.js';
import { wireEvents } from './events/wire.js';
import { OpenStreams } from './executions/open-streams.js';
import { wireExecutions } from './executions/wire.js';
import { wireHealth } from './health/wire.js';
import { ErrorFilter } from './http/error.filter.js';
import { wireLimits } from './limits/wire.js';
import { observeState } from './metrics/observe-state.js';
import { wireMetrics } from './metrics/wire.js';
import { wireNotifications } from './notifications/wire.js';
import type { Connections } from './open-connections.js';
import { wirePodTemplates } from './pod-templates/wire.js';
import { completeAllowed } from './procs/complete-allowed.js';
import { wireProcs } from './procs/wire.js';
import { wireSchedules } from './schedules/wire.js';
import { wireSecrets } from './secrets/wire.js';
import { wireSessions } from './sessions/wire.js';
import { wireSignIn } from './sign-in/wire.js';
import { wireWorkloads } from './workloads/wire.js';

export interface GatewayDependencies {
  settings: GatewaySettings;
  connections: Connections;
  /** Null: users and tokens are in Postgres alone. */
  authPlugin: AuthPlugin | null;
  telemetry: Telemetry;
  logger: Logger;
  resources: OpenResources;
}

export type Gateway = ReturnType<typeof wireGateway>;

/** Everything that exists in a gateway process. */
export function wireGateway(dependencies: GatewayDependencies) {
  const { settings, connections, authPlugin, telemetry, logger, resources } = dependencies;
  const { secretKeys } = settings;
  const { database, installationId, queue, signals } = connections;
  const allowed = completeAllowed(settings, connections.podRules);

  const { health, ...healthRoutes } = wireHealth({ database, queue, version: packageVersion() });
  const { metrics, ...metricsRoutes } = wireMetrics({ telemetry });
  const authentication = wireAuthentication({ settings, connections, authPlugin, logger });
  const { access, authenticator, news, reauthorizer, sources } = authentication;
  const openStreams = new OpenStreams(logger);
  news.onChange(() => openStreams.reauthorize());
  const auditing = wireAudit({
    settings,
    database,
    installationId,
    openStreams,
    reauthorizer,
    logger,
    resources,
  });
  const { audit, sealer, seals } = auditing;
  const signIn = wireSignIn({ settings, authPlugin, sources, audit });
  const browserSessions = wireSessions({ settings, ...authentication, audit });
  const secrets = wireSecrets({ secretKeys, database, audit });
  const { secretsStore } = secrets;
  const groups = new KnownGroups(authPlugin === null ? new GroupsStore(database) : null);
  const procs = wireProcs({ allowed, database, secretsStore, access, groups, signals, news, audit });
  const { procsStore, findProc, prepareArgs } = procs;
  const { adminGroups, isAuthenticationOn } = settings.access;
  const { tokenLifetime } = settings;
  const accounts = wireAccounts({
    ...{ adminGroups, isAuthenticationOn, tokenLifetime, findProc, database, news, sources, audit },
  });
  const people = authPlugin?.accepts;
  const workloads = wireWorkloads({ isAuthenticationOn, people, findProc, database, news, audit });
  const podTemplates = wirePodTemplates({ templates: procs.templates, procs: procsStore, allowed, audit });
  const forExecuting = { procsStore, findProc, prepareArgs, access, groups, audit };
  const notifications = wireNotifications({ settings, database, signals, audit });
  const { warnings } = notifications;
  const schedules = wireSchedules({ settings, database, signals, warnings, ...forExecuting });
  const executions = wireExecutions({
    settings,
    connections,
    secretsStore,
    ...forExecuting,
    openStreams,
    reauthorizer,
    onAudited: () => sealer.wake(),
    metrics,
    logger,
    resources,
  });
  const events = wireEvents({ settings, connections, access, openStreams, reauthorizer, logger });
  const docs = wireDocs();

  const store = new MetricsStore(database);
  observeState(telemetry.meter, { store, seals, health, openLogStreams: () => openStreams.count() });
  const controllers: object[] = [
    ...[
      executions,
      events,
      procs,
      podTemplates,
      secrets,
      schedules,
      accounts,
      auditing,
      notifications,
      signIn,
    ],
    ...[browserSessions, workloads, healthRoutes, metricsRoutes, docs, wireConsole()],
  ].flatMap((feature): object[] => feature.controllers);
  const { guard, hostCheck, auditWorkload } = authentication;
  const { admitRequests, bodies, sockets } = wireLimits({ settings, guard });
  const { noteRefusal } = auditing;
  return {
    controllers,
    guard,
    auditWorkload,
    hostCheck,
    admitRequests,
    bodies,
    sockets,
    noteRefusal,
    health,
    metrics,
    openStreams,
    authenticator,
    audit,
    sealer,
  };
}

/** Registers the gateway's controllers with Nest, which routes requests to them and creates nothing itself. */
@Module({})
export class GatewayModule {
  static register(
    { controllers, guard, noteRefusal }: Pick<Gateway, 'controllers' | 'guard' | 'noteRefusal'>,
    logger: Logger,
  ): DynamicModule {
    return {
      module: GatewayModule,
      controllers: controllers.map(registerController),
      providers: [
        { provide: APP_GUARD, useValue: guard },
        { provide: APP_FILTER, useValue: new ErrorFilter(logger, noteRefusal) },
      ],
    };
  }
}
