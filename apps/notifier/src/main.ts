import { DeliveriesStore, NotificationOutboxStore, storeOpenChannels } from '@app/database';
import { runMicroservice, type MicroserviceContext } from '@app/microservice';
import { RedisProbe } from '@app/queue';
import { loadNotifierEnv, type NotifierEnv } from './env.js';
import { NotifierMetrics } from './notifier-metrics.js';
import { NotifierModule } from './notifier.module.js';
import { openChannels } from './open-channels.js';

await runMicroservice({ name: 'notifier', loadSettings: loadNotifierEnv, open }, process.env);

async function open(context: MicroserviceContext<NotifierEnv>) {
  const { settings: env, database, installationId, meter, logger, resources } = context;
  const deliveries = new DeliveriesStore(database);
  const outbox = new NotificationOutboxStore(database);
  const channels = await openChannels({
    ...{ env, installationId, outbox },
    ...{ pluginEnv: process.env, baseFolder: process.cwd() },
  });
  await storeOpenChannels(
    database,
    channels.names.filter((name) => name !== 'mail' || env.mail !== null),
  );
  const redis = resources.use('redis', new RedisProbe(env.redis, (err) => logger.debug({ err }, 'redis')));
  return {
    module: NotifierModule.register({
      ...{ installationId, deliveries, outbox, channels },
      metrics: new NotifierMetrics(meter, deliveries),
      attempts: env.attempts,
      log: logger,
    }),
    pingRedis: () => redis.ping(),
  };
}
