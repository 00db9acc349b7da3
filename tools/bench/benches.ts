import type { BenchName } from './bench-names.js';
import type { BenchSizes } from './bench-options.js';
import type { Row } from './figures.js';
import { accept } from './rows/accept.js';
import { consoles } from './rows/consoles.js';
import { counts } from './rows/counts.js';
import { history } from './rows/history.js';
import { idle } from './rows/idle.js';
import { latency } from './rows/latency.js';
import { log } from './rows/log.js';
import { pipeline } from './rows/pipeline.js';
import { schedules } from './rows/schedules.js';
import { start } from './rows/start.js';
import { viewers } from './rows/viewers.js';

/** Each call is one run, with processes of its own. */
export const BENCHES: Readonly<Record<BenchName, (sizes: BenchSizes) => Promise<Row[]>>> = {
  accept,
  pipeline: () => pipeline({ executions: 300 }),
  'pipeline-3000': () => pipeline({ executions: 3_000 }),
  'pipeline-null': () => pipeline({ executions: 300, nullContainers: true }),
  'pipeline-null-3000': () => pipeline({ executions: 3_000, nullContainers: true }),
  // One worker is the row of pipeline-null.
  workers: async () => [
    ...(await pipeline({ executions: 300, nullContainers: true, workers: 2 })),
    ...(await pipeline({ executions: 300, nullContainers: true, workers: 4 })),
  ],
  counts,
  latency,
  log,
  viewers,
  consoles,
  schedules,
  history,
  idle,
  start,
};
