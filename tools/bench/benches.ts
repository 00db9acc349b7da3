import type { BenchName } from './bench-names.js';
import type { Row } from './figures.js';
import { accept } from './rows/accept.js';
import { counts } from './rows/counts.js';
import { pipeline } from './rows/pipeline.js';

/** Each call is one run, with processes of its own. */
export const BENCHES: Readonly<Record<BenchName, () => Promise<Row[]>>> = { accept, pipeline, counts };
