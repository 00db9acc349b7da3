import { ChangesStore } from '@app/database';
import type { Logger } from '@app/platform';
import type { Access } from '../authentication/access.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import type { GatewaySettings } from '../env.js';
import type { OpenStreams } from '../executions/open-streams.js';
import type { Connections } from '../open-connections.js';
import { EventsController } from './events.controller.js';
import { ExecutionFeed } from './execution-feed.js';
import { WatchExecutions } from './watch-executions.js';

export interface EventsDependencies {
  settings: Pick<GatewaySettings, 'logStream'>;
  connections: Pick<Connections, 'database' | 'updatesSubscriber'>;
  access: Access;
  openStreams: OpenStreams;
  reauthorizer: Reauthorizer;
  logger: Logger;
}

/** Tells viewers which executions change. */
export function wireEvents({ settings, connections, openStreams, logger, ...who }: EventsDependencies) {
  const { database, updatesSubscriber: subscriber } = connections;
  const feed = new ExecutionFeed({ store: new ChangesStore(database), subscriber, logger });
  const { patienceMs } = settings.logStream;
  const watchExecutions = new WatchExecutions({ feed, streams: openStreams, patienceMs, ...who });
  return { controllers: [new EventsController(watchExecutions)] };
}
