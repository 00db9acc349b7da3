import type { LogStreamName } from './log-line.js';

/** What to run, in a process group of its own, and as whom. */
export interface ProcessToStart {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  folder: string;
  /** Null: as ourselves. */
  userId: number | null;
}

export interface ProcessEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** To the starter. Its two outputs are connections to the starter's socket, each of which begins with `outputHead`. */
export interface StartRequest extends ProcessToStart {
  n: number;
}

/** From the starter, about request `n`. */
export type StarterReport = { n: number } & (
  | { kind: 'started'; pid: number; processStart: string | null }
  | { kind: 'failed'; code: string | undefined; message: string }
  | ({ kind: 'ended' } & ProcessEnd)
);

/** What the starter says first: it takes connections. */
export const LISTENING = 'listening';

export const OUTPUT_HEAD_BYTES = 16;

/** Which output of which request it is; of the same length for all. */
export function outputHead(n: number, stream: LogStreamName): string {
  return `${stream} ${String(n).padStart(OUTPUT_HEAD_BYTES - stream.length - 1, '0')}`;
}
