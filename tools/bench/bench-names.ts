/** What can be measured. Apart from what measures it, so that options are checked before anything is built. */
export const BENCH_NAMES = [
  'accept',
  'pipeline',
  'pipeline-3000',
  'pipeline-null',
  'pipeline-null-3000',
  'workers',
  'counts',
  'latency',
  'log',
  'viewers',
  'consoles',
  'schedules',
  'history',
  'idle',
  'start',
] as const;

export type BenchName = (typeof BENCH_NAMES)[number];

export function isBenchName(text: string): text is BenchName {
  return (BENCH_NAMES as readonly string[]).includes(text);
}
