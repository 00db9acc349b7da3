import type { LogPosition } from '@app/domain';
import type { RawPiece } from './log-lines.js';
import { laterOf, type LogStamp } from './log-stamp.js';

export interface CountedLine {
  stamp: LogStamp;
  crc: number;
}

/** `skip`: already stored. `mismatch`: the response is not the log that the position was taken from. */
export type CursorVerdict = 'skip' | 'mismatch' | { bytes: Buffer; position: LogPosition };

/** All lines, in stream order, stamped at or after `second`. */
interface Window {
  second: number;
  lines: number;
  hash: number;
}

/** Timestamps may go back this far, because stdout and stderr are stamped independently. */
const STEP_BACK_SECONDS = 2;

/**
 * Turns one response, "all lines since second S", into "the lines after the position".
 *
 * With M the latest second seen, it counts the lines of the windows M-2, M-1 and M. The position is window M-2, so that a
 * resumed reader requests lines again whose stamps go back, and knows how many of them it already has. Replaying those
 * lines rebuilds the other windows exactly, because window M-2 contains all their lines.
 */
export class LogCursor {
  readonly #requestedSecond: number;
  readonly #storedHash: number;
  #linesToSkip: number;
  #bytesToSkip: number;
  /** Bytes of the current line accepted so far. */
  #lineBytes = 0;
  /** Ascending; the first is M-2, the last is M. */
  #windows: Window[];
  #newest: LogStamp | null = null;
  #last: CountedLine | null = null;

  constructor(from: LogPosition) {
    this.#requestedSecond = from.sinceSecond;
    this.#storedHash = from.hash;
    this.#linesToSkip = from.lines;
    this.#bytesToSkip = from.partialBytes;
    this.#windows = emptyWindows(from.sinceSecond + STEP_BACK_SECONDS);
  }

  /** True once everything stored earlier was received again and recognized. */
  get isCaughtUp(): boolean {
    return this.#linesToSkip === 0 && this.#bytesToSkip === 0;
  }

  /** After the complete lines counted so far. */
  get position(): LogPosition {
    const { second, lines, hash } = this.#windows[0]!;
    return { sinceSecond: second, lines, hash, partialBytes: 0 };
  }

  get newest(): LogStamp | null {
    return this.#newest;
  }

  get last(): CountedLine | null {
    return this.#last;
  }

  /** Takes pieces of stamped lines, in stream order. After `mismatch` the cursor must not be used again. */
  accept(piece: RawPiece & { stamp: LogStamp }): CursorVerdict {
    // This server does not filter by time at all.
    if (piece.stamp.second < this.#requestedSecond) return 'skip';
    if (this.#linesToSkip > 0) return this.#replay(piece);
    const fresh = this.#skipStoredBytes(piece);
    if (fresh === 'mismatch') return fresh;
    this.#lineBytes += piece.bytes.length;
    if (piece.endsLine) {
      this.#count({ stamp: piece.stamp, crc: piece.crc });
      return { bytes: fresh, position: this.position };
    }
    if (fresh.length === 0) return 'skip';
    const willRepeat = piece.stamp.second >= this.#windows[0]!.second;
    return {
      bytes: fresh,
      position: { ...this.position, partialBytes: willRepeat ? this.#lineBytes : 0 },
    };
  }

  #replay(piece: RawPiece & { stamp: LogStamp }): CursorVerdict {
    // No stored line is newer than M, so stored lines are missing. Skipping until the count is reached would drop new ones.
    if (piece.stamp.second > this.#windows.at(-1)!.second) return 'mismatch';
    if (!piece.endsLine) return 'skip';
    this.#count({ stamp: piece.stamp, crc: piece.crc });
    this.#linesToSkip--;
    return this.#linesToSkip > 0 || this.#windows[0]!.hash === this.#storedHash ? 'skip' : 'mismatch';
  }

  #skipStoredBytes(piece: RawPiece): Buffer | 'mismatch' {
    const skipped = Math.min(this.#bytesToSkip, piece.bytes.length);
    this.#bytesToSkip -= skipped;
    return piece.endsLine && this.#bytesToSkip > 0 ? 'mismatch' : piece.bytes.subarray(skipped);
  }

  #count(line: CountedLine): void {
    const { second } = line.stamp;
    const newestSecond = this.#windows.at(-1)!.second;
    if (second > newestSecond) {
      this.#windows = emptyWindows(second).map(
        (empty) => this.#windows.find((w) => w.second === empty.second) ?? empty,
      );
    }
    for (const window of this.#windows) {
      if (window.second > second) continue;
      window.lines++;
      window.hash = (window.hash * 31 + line.crc) >>> 0;
    }
    this.#lineBytes = 0;
    this.#newest = laterOf(this.#newest, line.stamp);
    this.#last = line;
  }
}

function emptyWindows(newestSecond: number): Window[] {
  const seconds = Array.from(
    { length: STEP_BACK_SECONDS + 1 },
    (_, i) => newestSecond - STEP_BACK_SECONDS + i,
  );
  return seconds.map((second) => ({ second, lines: 0, hash: 0 }));
}
