import { type FileHandle, open } from 'node:fs/promises';
import { parseLogLine } from './log-line.js';
import { findTailStart } from './find-tail-start.js';
import type { LogSource } from './pod-logs.js';

export interface LogReadOptions {
  follow: boolean;
  timestamps: boolean;
  /** Lines stamped before it are left out. In the log's own form, so that text compares as time does. */
  sinceStamp: string | null;
  tailLines: number | null;
  limitBytes: number | null;
}

const READ_BYTES = 64 * 1024;

/**
 * A container's log as the API gives it, in pieces of any size. Reads the newest file; a follower goes on into the
 * next file after a rotation and ends when the container has ended and all was read. Pieces are made only as fast
 * as they are taken. Leave the loop, or abort, to stop.
 */
export async function* readLog(
  source: LogSource,
  options: LogReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let leftBytes = options.limitBytes ?? Infinity;
  const render = createRenderer(options);
  for await (const lines of readLines(source, options, signal)) {
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

async function* readLines(
  source: LogSource,
  { follow, tailLines }: LogReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer[]> {
  const { live } = source;
  let { file, rotation } = await openNewest(source);
  try {
    let position = tailLines === null ? 0 : await findTailStart(file, tailLines);
    let rest: Buffer = Buffer.alloc(0);
    while (!signal.aborted) {
      // Looked at before the read: what happens after it means that there may be more.
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
      else if (live && live.changes === before.changes) await live.waitForNews(signal);
    }
  } finally {
    await file.close();
  }
}

/** The file that is written to now, and the count of rotations that it belongs to. */
async function openNewest({ path, live }: LogSource): Promise<{ file: FileHandle; rotation: number }> {
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
