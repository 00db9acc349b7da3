// `npm run bench`: measures how fast Proctor is, against bare programs. See `npm run bench -- --help`.
import { runTool } from './lib/run-tool.mjs';

await runTool(() => import('../tools/bench/main.ts'));
