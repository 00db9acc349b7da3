import { closeSync, openSync, readSync } from 'node:fs';
import { untilAborted } from '@app/timing';
import { findTailStart } from './find-tail-start.js';
import { HeldLog } from './held-log.js';
import { parseLogLine } from './log-line.js';
import type { LogFile, LogSource } from './pod-logs.js';

export interface LogReadOptions {
  follow: boolean;
  timestamps: boolean;
  /** Skip lines stamped earlier. In the log's own format, in which text sorts like time. */
  sinceStamp: string | null;
  tailLines: number | null;
  limitBytes: number | null;
}

const READ_BYTES = 64 * 1024;

/**
 * Yields a container's log as the API returns it, in chunks of any size. Reads the newest file. With `follow`, continues
 * into the next file after a rotation, and ends when the container has ended and everything was read. Reads only as fast
 * as the caller consumes. To stop, leave the loop or abort.
 */
export async function* readLog(
  source: LogSource,
  options: LogReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let leftBytes = options.limitBytes ?? Infinity;
  const render = createRenderer(options);
  const batches =
    source instanceof HeldLog ? readHeld(source, options, signal) : readLines(source, options, signal);
  for await (const lines of batches) {
    const output = Buffer.concat(lines.flatMap(render)).subarray(
      0,
      Math.min(leftBytes, Number.MAX_SAFE_INTEGER),
    );
    leftBytes -= output.length;
    if (output.length > 0) yield output;
    if (leftBytes <= 0) return;
  }
}

function createRenderer({ sinceStamp, timestamps }: LogReadOptions): (line: Buffer) => Buffer[] {
  let isAtLineStart = true;
  return (raw) => {
    const line = parseLogLine(raw);
    if (!line || (sinceStamp !== null && line.stamp < sinceStamp)) return [];
    const prefix = timestamps && isAtLineStart ? [Buffer.from(`${line.stamp} `, 'latin1')] : [];
    isAtLineStart = line.endsLine;
    return [...prefix, line.content, ...(line.endsLine ? [Buffer.from('\n')] : [])];
  };
}

async function* readHeld(
  log: HeldLog,
  { follow, tailLines }: LogReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer[]> {
  yield* log.read(tailLines);
  if (follow) await untilAborted(log.ended, signal);
}

async function* readLines(
  source: LogFile,
  { follow, tailLines }: LogReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer[]> {
  const { live } = source;
  let { file, rotation } = openNewest(source);
  try {
    let position = tailLines === null ? 0 : findTailStart(file, tailLines);
    let rest: Buffer = Buffer.alloc(0);
    while (!signal.aborted) {
      // Captured before the read: a change after it means that there may be more to read.
      const before = {
        changes: live?.changes,
        rotations: live?.rotations ?? 0,
        isOver: !live || live.hasEnded,
      };
      const chunk = readAt(file, position);
      if (chunk.length > 0) {
        position += chunk.length;
        const { lines, unfinished } = splitLines(rest, chunk);
        rest = unfinished;
        if (lines.length > 0) yield lines;
      } else if (follow && before.rotations !== rotation) {
        closeSync(file);
        ({ file, rotation } = openNewest(source));
        position = 0;
      } else if (!follow || before.isOver) return;
      else if (live && live.changes === before.changes) await live.waitForChange(signal);
    }
  } finally {
    closeSync(file);
  }
}

/** Opens the file being written, and returns its rotation number. */
function openNewest({ path, live }: LogFile): { file: number; rotation: number } {
  return { file: openSync(path, 'r'), rotation: live?.rotations ?? 0 };
}

/** What was just written is in memory, and reading it through Node's threads takes eight times as much CPU. */
function readAt(file: number, position: number): Buffer {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  return buffer.subarray(0, readSync(file, buffer, 0, READ_BYTES, position));
}

function splitLines(rest: Buffer, chunk: Buffer): { lines: Buffer[]; unfinished: Buffer } {
  const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10, rest.length); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, unfinished: bytes.subarray(start) };
}
