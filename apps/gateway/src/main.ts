import { runService } from '@app/platform';
import { loadGatewayEnv, schema } from './env.js';
import { startGateway } from './start-gateway.js';

await runService(
  {
    name: 'gateway',
    variables: Object.keys(schema.shape),
    loadSettings: loadGatewayEnv,
    start: startGateway,
  },
  process.env,
);
