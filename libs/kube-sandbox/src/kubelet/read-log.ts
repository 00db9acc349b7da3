import { type FileHandle, open } from 'node:fs/promises';
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
  let { file, rotation } = await openNewest(source);
  try {
    let position = tailLines === null ? 0 : await findTailStart(file, tailLines);
    let rest: Buffer = Buffer.alloc(0);
    while (!signal.aborted) {
      // Captured before the read: a change after it means that there may be more to read.
      const before = {
        changes: live?.changes,
        rotations: live?.rotations ?? 0,
        isOver: !live || live.hasEnded,
      };
      const chunk = await readAt(file, position);
      if (chunk.length > 0) {
        position += chunk.length;
        const { lines, unfinished } = splitLines(rest, chunk);
        rest = unfinished;
        if (lines.length > 0) yield lines;
      } else if (follow && before.rotations !== rotation) {
        await file.close();
        ({ file, rotation } = await openNewest(source));
        position = 0;
      } else if (!follow || before.isOver) return;
      else if (live && live.changes === before.changes) await live.waitForChange(signal);
    }
  } finally {
    await file.close();
  }
}

/** Opens the file being written, and returns its rotation number. */
async function openNewest({ path, live }: LogFile): Promise<{ file: FileHandle; rotation: number }> {
  for (;;) {
    const rotation = live?.rotations ?? 0;
    const file = await open(path, 'r');
    if ((live?.rotations ?? 0) === rotation) return { file, rotation };
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
  return buffer.subarray(0, bytesRead);
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
