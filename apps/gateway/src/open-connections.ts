import {
  Database,
  waitForInstallation,
  waitForPodRules,
  warnOfExcessRights,
  type PodRules,
} from '@app/database';
import type { ServiceContext } from '@app/platform';
import {
  ExecutionQueue,
  ExecutionUpdates,
  logRedisErrors,
  SignalSender,
  UpdatesSubscriber,
} from '@app/queue';
import type { GatewaySettings } from './env.js';

/** What the gateway is connected to. */
export interface Connections {
  database: Database;
  /** Separates installations that share a Redis. */
  installationId: string;
  podRules: PodRules;
  queue: ExecutionQueue;
  /** Publishes that an execution has changed. */
  updates: ExecutionUpdates;
  updatesSubscriber: UpdatesSubscriber;
  signals: SignalSender;
}

/** Waits for Postgres; does not wait for Redis. */
export async function openConnections({
  settings: { postgres, redis },
  logger,
  signal,
  resources,
}: ServiceContext<GatewaySettings>): Promise<Connections> {
  const database = resources.use('postgres', new Database(postgres));
  const onWait = (what: string) => logger.warn(what);
  const installationId = await waitForInstallation(database, signal, onWait);
  const podRules = await waitForPodRules(database, signal, onWait);
  await warnOfExcessRights(database, onWait);
  const onRedisError = logRedisErrors(logger);
  const connect = [redis, installationId, onRedisError] as const;
  return {
    database,
    installationId,
    podRules,
    queue: resources.use('execution queue', new ExecutionQueue(...connect)),
    updates: resources.use('execution updates', new ExecutionUpdates(...connect)),
    updatesSubscriber: resources.use('execution updates subscriber', new UpdatesSubscriber(...connect)),
    signals: resources.use('signals', new SignalSender(...connect)),
  };
}
