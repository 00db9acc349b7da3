import type { LogPosition } from '@app/domain';
import type { LogPiece } from '../runner.js';
import { LogCursor, type CountedLine } from './log-cursor.js';
import type { RawPiece } from './log-lines.js';
import { endOfSecond, isAfter, laterOf, type LogStamp } from './log-stamp.js';

const GAP_REASON = 'Lines are missing here: the node no longer had them (log rotated or node restarted).';
/** How far past `sinceSecond` a position's latest line may be. See LogCursor. */
const NEWEST_AFTER_SINCE_SECONDS = 2;

/**
 * How to continue when a response does not continue what was read. The lines returned so far are the beginning of the
 * container's output, and none is stamped after `floor`. So the first line after `floor`, and all lines after it, are new.
 */
interface Search {
  floor: LogStamp;
  /** The last line returned, if this process knows it. */
  anchor: CountedLine | null;
  isAnchorFound: boolean;
  /** Lines between the last one returned and the next one may be missing. */
  isGap: boolean;
}

/** One container's log across any number of responses, each line once. Pure: the follower feeds it. */
export class ResumableLog {
  #position: LogPosition;
  #cursor: LogCursor;
  /** The latest stamp among lines returned or recognized as stored. */
  #newest: LogStamp | null = null;
  #last: CountedLine | null = null;
  /** The stamp of a line that was returned in part. */
  #unfinished: LogStamp | null = null;
  #search: Search | null = null;
  #hasStampedLine = false;
  #lastUnstamped: { crc: number } | null = null;

  constructor(
    from: LogPosition,
    private readonly now: () => Date,
  ) {
    this.#position = from;
    this.#cursor = new LogCursor(from);
  }

  /** False until the current response has repeated everything stored earlier. */
  get isCaughtUp(): boolean {
    return this.#cursor.isCaughtUp;
  }

  /** Starts a new response. Returns the second to request the log from (0: from the start). */
  begin(): number {
    this.#cursor = new LogCursor(this.#position);
    this.#hasStampedLine = false;
    if (this.#search) this.#search = { ...this.#search, isAnchorFound: false, isGap: true };
    return this.#position.sinceSecond;
  }

  /** `mismatch`: drop this response and `begin` again at once. */
  accept(piece: RawPiece): readonly LogPiece[] | 'mismatch' {
    const { stamp } = piece;
    if (stamp === null) return this.#acceptUnstamped(piece);
    this.#hasStampedLine = true;
    const before = this.#cursor.position;
    const verdict = this.#cursor.accept({ ...piece, stamp });
    if (verdict === 'mismatch') return this.#startSearch();
    if (verdict === 'skip') {
      this.#remember();
      return [];
    }
    if (this.#search && !isAfter(stamp, this.#search.floor)) {
      if (piece.endsLine) this.#noteDropped(this.#search, { stamp, crc: piece.crc });
      return [];
    }
    const pieces: LogPiece[] = this.#search?.isGap
      ? [{ kind: 'gap', reason: GAP_REASON, position: before }]
      : [];
    this.#search = null;
    this.#remember();
    this.#unfinished = piece.endsLine ? null : stamp;
    this.#position = verdict.position;
    pieces.push(textPiece(stamp.text, piece, verdict.bytes, this.#position));
    return pieces;
  }

  /** Call when both the container and the response have ended. */
  end(): readonly LogPiece[] | 'mismatch' {
    if (!this.#cursor.isCaughtUp) return this.#startSearch();
    const isGap = this.#search?.isGap ?? false;
    this.#search = null;
    return isGap ? [{ kind: 'gap', reason: GAP_REASON, position: this.#cursor.position }] : [];
  }

  #remember(): void {
    if (this.#search || !this.#cursor.isCaughtUp) return;
    this.#newest = laterOf(this.#newest, this.#cursor.newest);
    this.#last = this.#cursor.last ?? this.#last;
  }

  #startSearch(): 'mismatch' {
    const known = laterOf(this.#newest, this.#unfinished);
    const floor = known ?? endOfSecond(this.#position.sinceSecond + NEWEST_AFTER_SINCE_SECONDS);
    // The rest of a partly returned line is lost, so finding the line before it would prove nothing.
    const anchor = this.#unfinished ? null : this.#last;
    this.#search = { floor, anchor, isAnchorFound: false, isGap: true };
    this.#unfinished = null;
    const sinceSecond = Math.max(0, floor.second - NEWEST_AFTER_SINCE_SECONDS);
    this.#position = { sinceSecond, lines: 0, hash: 0, partialBytes: 0 };
    return 'mismatch';
  }

  #noteDropped(search: Search, { stamp, crc }: CountedLine): void {
    const isAnchor = search.anchor?.crc === crc && search.anchor.stamp.text === stamp.text;
    // A line after the anchor may never have been returned, and is dropped here: report a gap.
    search.isGap = !isAnchor || search.isAnchorFound;
    search.isAnchorFound ||= isAnchor;
  }

  /** A line from the kubelet itself (an error), or the tail of a line that began before the requested second. */
  #acceptUnstamped(piece: RawPiece): readonly LogPiece[] {
    const isTail = !this.#hasStampedLine && this.#position.sinceSecond > 0;
    if (isTail || this.#search || !this.#cursor.isCaughtUp) return [];
    // It belongs to no position, so each response may repeat it.
    if (piece.endsLine && this.#lastUnstamped?.crc === piece.crc) return [];
    if (piece.endsLine) this.#lastUnstamped = { crc: piece.crc };
    return [textPiece(this.#newest?.text ?? this.now().toISOString(), piece, piece.bytes, this.#position)];
  }
}

function textPiece(
  timestamp: string,
  { endsLine, isUnterminated }: RawPiece,
  bytes: Buffer,
  position: LogPosition,
): LogPiece {
  return {
    kind: 'text',
    timestamp,
    text: bytes.toString('utf8'),
    endsLine: endsLine && !isUnterminated,
    position,
  };
}
