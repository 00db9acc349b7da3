import { runMicroservice } from '@app/microservice';
import { loadWorkerEnv } from './env.js';
import { openWorker } from './open-worker.js';
import { WorkerModule } from './worker.module.js';

await runMicroservice(
  {
    name: 'executor-worker',
    loadSettings: loadWorkerEnv,
    async open(context) {
      const worker = await openWorker(context);
      return {
        module: WorkerModule.register(worker),
        pingRedis: () => worker.pingQueue(),
        optionalChecks: { kubernetes: () => worker.checkCluster() },
      };
    },
  },
  process.env,
);
