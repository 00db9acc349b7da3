// `npm run chaos`: runs all of Proctor under load while everything around it fails. See `npm run chaos -- --help`.
import { runTool } from './lib/run-tool.mjs';

await runTool(() => import('../tools/chaos/main.ts'));
