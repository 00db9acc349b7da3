import type { LogStreamName } from './log-line.js';

/** What to run, in its own process group, and as which user. */
export interface ProcessToStart {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  folder: string;
  /** Null: the sandbox's own user. */
  userId: number | null;
}

export interface ProcessEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Sent to the helper. The two outputs are connections to the helper's socket, each starting with `outputHead`. */
export interface StartRequest extends ProcessToStart {
  n: number;
}

/** Sent by the helper, about request `n`. */
export type StarterReport = { n: number } & (
  | { kind: 'started'; pid: number; processStart: string | null }
  | { kind: 'failed'; code: string | undefined; message: string }
  | ({ kind: 'ended' } & ProcessEnd)
);

/** The helper's first message: it accepts connections. */
export const LISTENING = 'listening';

export const OUTPUT_HEAD_BYTES = 16;

/** Identifies the request and the output; always `OUTPUT_HEAD_BYTES` long. */
export function outputHead(n: number, stream: LogStreamName): string {
  return `${stream} ${String(n).padStart(OUTPUT_HEAD_BYTES - stream.length - 1, '0')}`;
}
