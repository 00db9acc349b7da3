import { runMicroservice } from '@app/microservice';
import { loadWorkerEnv, schema } from './env.js';
import { openWorker } from './open-worker.js';
import { SignalsController } from './signals.controller.js';

await runMicroservice(
  {
    name: 'executor-worker',
    variables: Object.keys(schema.shape),
    loadSettings: loadWorkerEnv,
    async open(context) {
      const worker = await openWorker(context);
      return {
        work: worker,
        signals: new SignalsController(worker),
        pingRedis: () => worker.pingQueue(),
        optionalChecks: { kubernetes: () => worker.checkCluster() },
      };
    },
  },
  process.env,
);
