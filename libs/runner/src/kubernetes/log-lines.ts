import { crc32 } from 'node:zlib';
import { parseStamp, type LogStamp } from './log-stamp.js';

/** A line of the container's output, or a piece of a very long one, as found in the log stream. */
export interface RawPiece {
  /** Null if the line has no valid timestamp: it was written by the kubelet, not the container. */
  stamp: LogStamp | null;
  /** Without the timestamp and newline. */
  bytes: Buffer;
  endsLine: boolean;
  /** The log ends here without a newline. */
  isUnterminated?: boolean;
  /** CRC-32 of the line up to here, including its timestamp, without the newline. */
  crc: number;
}

/** Maximum size of a piece. Bounds the memory that one line takes. */
export const PIECE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const STAMP_MAX_BYTES = 40;

/** Splits a byte stream into lines, however it is chunked. Buffers at most one piece and one chunk. */
export class LogLines {
  #rest: Buffer = Buffer.alloc(0);
  /** The line whose first pieces were already returned. */
  #line: { stamp: LogStamp | null; crc: number } | null = null;

  /** Read the generator to its end before the next `push`. */
  *push(chunk: Buffer): Generator<RawPiece> {
    const searched = this.#rest.length;
    let rest = searched === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let end = rest.indexOf(NEWLINE, searched); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield* this.#endLine(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    this.#rest = yield* this.#splitLongLine(rest, PIECE_BYTES + STAMP_MAX_BYTES);
  }

  /** Returns the last line if the stream ended without a newline. Not for an interrupted stream: it repeats the line. */
  *end(): Generator<RawPiece> {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    if (rest.length > 0 || this.#line) yield* this.#endLine(rest, true);
  }

  *#endLine(bytes: Buffer, isUnterminated = false): Generator<RawPiece> {
    const last = bytes.length > PIECE_BYTES ? yield* this.#splitLongLine(bytes, PIECE_BYTES) : bytes;
    const piece = this.#take(last, true);
    this.#line = null;
    yield isUnterminated ? { ...piece, isUnterminated } : piece;
  }

  /** Yields pieces while more than `keepBytes` remain. */
  *#splitLongLine(bytes: Buffer, keepBytes: number): Generator<RawPiece, Buffer> {
    let rest = bytes;
    while (rest.length > keepBytes) {
      const headBytes = this.#line ? 0 : readHead(rest).length;
      if (rest.length - headBytes <= PIECE_BYTES) break;
      const cut = utf8Boundary(rest, headBytes + PIECE_BYTES);
      const piece = this.#take(rest.subarray(0, cut), false);
      this.#line = { stamp: piece.stamp, crc: piece.crc };
      yield piece;
      rest = rest.subarray(cut);
    }
    return rest;
  }

  #take(bytes: Buffer, endsLine: boolean): RawPiece {
    if (this.#line) return { stamp: this.#line.stamp, bytes, endsLine, crc: crc32(bytes, this.#line.crc) };
    const { stamp, length } = readHead(bytes);
    return { stamp, bytes: length === 0 ? bytes : bytes.subarray(length), endsLine, crc: crc32(bytes) };
  }
}

/** The leading timestamp, and its length including the space after it; 0 if there is none. */
function readHead(line: Buffer): { stamp: LogStamp | null; length: number } {
  const head = line.toString('latin1', 0, Math.min(STAMP_MAX_BYTES, line.length));
  const space = head.indexOf(' ');
  // An empty line may lack the space.
  const end = space >= 0 ? space : line.length <= STAMP_MAX_BYTES ? line.length : 0;
  const stamp = end === 0 ? null : parseStamp(head.slice(0, end));
  return { stamp, length: stamp ? end + 1 : 0 };
}

/** The last position up to `limit` that is not inside a UTF-8 character. */
function utf8Boundary(bytes: Buffer, limit: number): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[limit - back] ?? 0;
    if (byte < 0x80) return limit;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? limit - back : limit;
    }
  }
  return limit;
}
