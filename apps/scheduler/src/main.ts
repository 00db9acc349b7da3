import { Database } from '@app/database';
import { runMicroservice, type MicroserviceContext } from '@app/microservice';
import { ExecutionQueue, logRedisErrors } from '@app/queue';
import { loadSchedulerEnv, type SchedulerEnv, schema } from './env.js';
import { wireScheduler } from './wire.js';

await runMicroservice(
  { name: 'scheduler', variables: Object.keys(schema.shape), loadSettings: loadSchedulerEnv, open },
  process.env,
);

function open(context: MicroserviceContext<SchedulerEnv>) {
  const { settings: env, database, installationId, logger, resources } = context;
  // A connection of its own, so that a tick waits behind no sweep and its Postgres process has the pages at hand.
  const tickDatabase = resources.use('postgres for ticks', new Database(env.tickPostgres));
  const queue = resources.use('queue', new ExecutionQueue(env.redis, installationId, logRedisErrors(logger)));
  return {
    ...wireScheduler({ env, database, tickDatabase, queue, installationId, logger }),
    pingRedis: () => queue.ping(),
  };
}
