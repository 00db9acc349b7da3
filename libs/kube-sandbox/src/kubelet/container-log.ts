import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { untilAborted } from '@app/timing';
import { formatLogLine, type LogStreamName } from './log-line.js';

export interface ContainerLogLimits {
  logFileBytes: number;
  logFiles: number;
  logRotationCheckMs: number;
  logLineBytes: number;
}

export interface ContainerLogOptions {
  limits: ContainerLogLimits;
  /** Returns the current time, minus the lag, as a timestamp. */
  stamp: (lagMs?: number) => string;
  /** How far the timestamps of stderr lag behind. */
  stderrLagMs: number;
  report: (line: string) => void;
}

/** The beginning of a line that is not complete yet. */
interface Unfinished {
  pieces: Buffer[];
  bytes: number;
}

const empty = (): Unfinished => ({ pieces: [], bytes: 0 });

/**
 * The log file of a running container. Each complete line is written whole, with the time at which its stream delivered it.
 * Readers are notified after each write. Rotates as the kubelet does: `0.log` becomes `0.log.<number>`.
 */
export class ContainerLog {
  private file: number;
  private sizeBytes = 0;
  /** When the size was last checked; monotonic. */
  private checkedAtMs = performance.now();
  private readonly unfinished: Record<LogStreamName, Unfinished> = { stdout: empty(), stderr: empty() };
  private readonly waiters = new Set<() => void>();
  /** How often the file was rotated. Tells a reader whether its file is still the one being written. */
  rotations = 0;
  /** The files that a rotation has left, oldest first. */
  readonly rotatedPaths: string[] = [];
  hasEnded = false;
  /** Increases with every write, and at the end. */
  changes = 0;

  constructor(
    readonly path: string,
    private readonly options: ContainerLogOptions,
  ) {
    this.file = openSync(path, 'a', 0o600);
  }

  /** Has no effect after `end`. */
  write(stream: LogStreamName, chunk: Buffer): void {
    if (this.hasEnded) return;
    const stamp = this.options.stamp(stream === 'stderr' ? this.options.stderrLagMs : 0);
    const pieces: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pieces.push(...formatLogLine(stamp, stream, true, this.finishLine(stream, chunk.subarray(start, end))));
      start = end + 1;
    }
    this.hold(stream, chunk.subarray(start));
    if (this.unfinished[stream].bytes > this.options.limits.logLineBytes) {
      pieces.push(...formatLogLine(stamp, stream, false, this.finishLine(stream)));
    }
    if (pieces.length > 0) this.append(pieces);
  }

  /** Ends the log. Output left without a newline is kept as it is. */
  end(): void {
    if (this.hasEnded) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.unfinished[stream].bytes === 0) continue;
      this.append(formatLogLine(this.options.stamp(), stream, false, this.finishLine(stream)));
    }
    this.close();
    this.notifyReaders();
  }

  /** Resolves at the next write or the end, or when the signal aborts. */
  async waitForChange(signal: AbortSignal): Promise<void> {
    let waiter = () => {};
    const changed = new Promise<void>((resolve) => (waiter = resolve));
    this.waiters.add(waiter);
    await untilAborted(changed, signal).finally(() => this.waiters.delete(waiter));
  }

  private hold(stream: LogStreamName, rest: Buffer): void {
    if (rest.length === 0) return;
    const { pieces, bytes } = this.unfinished[stream];
    pieces.push(rest);
    // A process that writes byte by byte must not cost one buffer per byte.
    const kept = pieces.length > 256 ? [Buffer.concat(pieces)] : pieces;
    this.unfinished[stream] = { pieces: kept, bytes: bytes + rest.length };
  }

  private finishLine(stream: LogStreamName, last: Buffer = Buffer.alloc(0)): Buffer {
    const { pieces } = this.unfinished[stream];
    if (pieces.length === 0) return last;
    this.unfinished[stream] = empty();
    return Buffer.concat([...pieces, last]);
  }

  /** A full disk ends the log, not the sandbox. */
  private append(pieces: Buffer[]): void {
    const bytes = Buffer.concat(pieces);
    try {
      // Before the write, so that the latest output is always in the newest file, the only one served.
      this.rotateIfDue();
      for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
      this.sizeBytes += bytes.length;
    } catch (error) {
      this.close();
      this.options.report(`log ${this.path} ends early: ${(error as Error).message}`);
    }
    this.notifyReaders();
  }

  private close(): void {
    if (!this.hasEnded) closeSync(this.file);
    this.hasEnded = true;
  }

  private rotateIfDue(): void {
    const now = performance.now();
    if (now - this.checkedAtMs < this.options.limits.logRotationCheckMs) return;
    this.checkedAtMs = now;
    if (this.sizeBytes >= this.options.limits.logFileBytes) this.rotate();
  }

  private rotate(): void {
    this.rotations += 1;
    const rotatedPath = `${this.path}.${String(this.rotations).padStart(6, '0')}`;
    renameSync(this.path, rotatedPath);
    this.rotatedPaths.push(rotatedPath);
    const next = openSync(this.path, 'a', 0o600);
    closeSync(this.file);
    this.file = next;
    this.sizeBytes = 0;
    const tooMany = Math.max(0, this.rotatedPaths.length - (this.options.limits.logFiles - 1));
    for (const path of this.rotatedPaths.splice(0, tooMany)) rmSync(path, { force: true });
  }

  private notifyReaders(): void {
    this.changes += 1;
    for (const waiter of [...this.waiters]) waiter();
  }
}
