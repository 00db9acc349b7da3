import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { formatLogLine, type LogStreamName } from './log-line.js';

export interface ContainerLogLimits {
  logFileBytes: number;
  logFiles: number;
  logRotationCheckMs: number;
  logLineBytes: number;
}

/** The beginning of a line whose end has not come yet. */
interface Unfinished {
  pieces: Buffer[];
  bytes: number;
}

const nothing = (): Unfinished => ({ pieces: [], bytes: 0 });

/**
 * The log file of a running container. Each complete line is written whole, with the time at which its stream
 * delivered it; readers are told after each write. Rotates as the kubelet does: `0.log` becomes `0.log.<time>`.
 */
export class ContainerLog {
  private file: number;
  private sizeBytes = 0;
  /** Of the last look at its size; monotonic. */
  private checkedAtMs = performance.now();
  private readonly unfinished: Record<LogStreamName, Unfinished> = { stdout: nothing(), stderr: nothing() };
  private readonly waiters = new Set<() => void>();
  /** How often the file was rotated: tells a reader that its file is no longer the one written to. */
  rotations = 0;
  hasEnded = false;
  /** Grows with every write, rotation and the end. */
  changes = 0;

  constructor(
    readonly path: string,
    private readonly limits: ContainerLogLimits,
    private readonly stamp: (lagMs?: number) => string,
    private readonly stderrLagMs: number,
    private readonly report: (line: string) => void,
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.file = openSync(path, 'a', 0o600);
  }

  /** After `end` nothing is written any more. */
  write(stream: LogStreamName, chunk: Buffer): void {
    if (this.hasEnded) return;
    const stamp = this.stamp(stream === 'stderr' ? this.stderrLagMs : 0);
    const pieces: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pieces.push(...formatLogLine(stamp, stream, true, this.finishLine(stream, chunk.subarray(start, end))));
      start = end + 1;
    }
    this.hold(stream, chunk.subarray(start));
    if (this.unfinished[stream].bytes > this.limits.logLineBytes) {
      pieces.push(...formatLogLine(stamp, stream, false, this.finishLine(stream)));
    }
    if (pieces.length > 0) this.append(pieces);
  }

  /** No more will be written; what is left without a newline is kept as it is. */
  end(): void {
    if (this.hasEnded) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.unfinished[stream].bytes === 0) continue;
      this.append(formatLogLine(this.stamp(), stream, false, this.finishLine(stream)));
    }
    this.close();
    this.tellReaders();
  }

  /** Resolves at the next write, rotation or end. */
  async waitForNews(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  private hold(stream: LogStreamName, rest: Buffer): void {
    if (rest.length === 0) return;
    const { pieces, bytes } = this.unfinished[stream];
    pieces.push(rest);
    // Somebody who writes byte by byte must not cost a buffer for each.
    const kept = pieces.length > 256 ? [Buffer.concat(pieces)] : pieces;
    this.unfinished[stream] = { pieces: kept, bytes: bytes + rest.length };
  }

  private finishLine(stream: LogStreamName, last: Buffer = Buffer.alloc(0)): Buffer {
    const { pieces } = this.unfinished[stream];
    if (pieces.length === 0) return last;
    this.unfinished[stream] = nothing();
    return Buffer.concat([...pieces, last]);
  }

  /** A full disk costs the log, not the sandbox. */
  private append(pieces: Buffer[]): void {
    const bytes = Buffer.concat(pieces);
    try {
      // Before the write, so that what was printed last is always in the newest file, the only one that is served.
      this.rotateIfDue();
      for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
      this.sizeBytes += bytes.length;
    } catch (error) {
      this.close();
      this.report(`log ${this.path} ends here: ${(error as Error).message}`);
    }
    this.tellReaders();
  }

  private close(): void {
    if (!this.hasEnded) closeSync(this.file);
    this.hasEnded = true;
  }

  private rotateIfDue(): void {
    const now = performance.now();
    if (now - this.checkedAtMs < this.limits.logRotationCheckMs) return;
    this.checkedAtMs = now;
    if (this.sizeBytes >= this.limits.logFileBytes) this.rotate();
  }

  private rotate(): void {
    this.rotations += 1;
    const order = String(this.rotations).padStart(6, '0');
    renameSync(this.path, `${this.path}.${order}`);
    const next = openSync(this.path, 'a', 0o600);
    closeSync(this.file);
    this.file = next;
    this.sizeBytes = 0;
    const folder = dirname(this.path);
    const old = readdirSync(folder).filter((name) => name.startsWith(`${basename(this.path)}.`));
    const tooMany = Math.max(0, old.length - (this.limits.logFiles - 1));
    for (const name of old.sort().slice(0, tooMany)) rmSync(join(folder, name), { force: true });
  }

  private tellReaders(): void {
    this.changes += 1;
    for (const waiter of [...this.waiters]) waiter();
  }
}
