import { runService } from '@app/platform';
import { loadGatewayEnv } from './env.js';
import { startGateway } from './start-gateway.js';

await runService({ name: 'gateway', loadSettings: loadGatewayEnv, start: startGateway }, process.env);
