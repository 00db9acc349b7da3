// `npm run fuzz`: sends right, wrong and hostile requests to every route. See `npm run fuzz -- --help`.
import { runTool } from './lib/run-tool.mjs';

await runTool(() => import('../tools/fuzz/main.ts'));
