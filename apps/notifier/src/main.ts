import {
  DeliveriesStore,
  NotificationOutboxStore,
  SecretBox,
  SecretsStore,
  storeOpenChannels,
} from '@app/database';
import { runMicroservice, type MicroserviceContext } from '@app/microservice';
import { logRedisErrors, RedisProbe } from '@app/queue';
import { NO_KEY } from './channels/callback-url.js';
import { loadNotifierEnv, type NotifierEnv, schema } from './env.js';
import { NotifierMetrics } from './notifier-metrics.js';
import { NotifierService } from './notifier.service.js';
import { openChannels } from './open-channels.js';
import { SignalsController } from './signals.controller.js';

await runMicroservice(
  { name: 'notifier', variables: Object.keys(schema.shape), loadSettings: loadNotifierEnv, open },
  process.env,
);

async function open(context: MicroserviceContext<NotifierEnv>) {
  const { settings: env, database, installationId, meter, logger, resources } = context;
  const deliveries = new DeliveriesStore(database);
  const outbox = new NotificationOutboxStore(database);
  const secrets = env.secretKeys && new SecretsStore(database, new SecretBox(...env.secretKeys));
  if (secrets === null) logger.warn(`callbacks wait: ${NO_KEY}`);
  const channels = await openChannels({
    ...{ env, installationId, outbox, secrets },
    ...{ pluginEnv: process.env, baseFolder: process.cwd() },
  });
  await storeOpenChannels(
    database,
    channels.names.filter((name) => name !== 'mail' || env.mail !== null),
  );
  const redis = resources.use('redis', new RedisProbe(env.redis, logRedisErrors(logger)));
  const notifier = new NotifierService({
    ...{ installationId, deliveries, outbox, channels },
    metrics: new NotifierMetrics(meter, deliveries),
    attempts: env.attempts,
    mailsPerHour: env.mailsPerHour,
    log: logger,
  });
  return {
    work: notifier,
    signals: new SignalsController(notifier),
    pingRedis: () => redis.ping(),
  };
}
