import type { LogPosition } from '@app/domain';
import type { LogPiece } from '../runner.js';
import { LogCursor, type CountedLine } from './log-cursor.js';
import type { RawPiece } from './log-lines.js';
import { endOfSecond, isAfter, laterOf, type LogStamp } from './log-stamp.js';

const GAP_REASON = 'Lines are missing here: the node no longer had them (log rotated, or node restarted).';
/** The newest second that a position may know of: see LogCursor. */
const NEWEST_AFTER_SINCE_SECONDS = 2;

/**
 * How to go on when an answer does not continue what was read. What was handed out is a beginning of the container's
 * output, all of it stamped up to `floor`; so the first line after `floor` and all that follow it are new.
 */
interface Search {
  floor: LogStamp;
  /** The very last line that was handed out, if this process knows it. */
  anchor: CountedLine | null;
  isAnchorFound: boolean;
  /** Lines between the last one handed out and the next one may be missing. */
  isGap: boolean;
}

/** One container's log over any number of answers of the server, each line once. Pure: the follower feeds it. */
export class ResumableLog {
  #position: LogPosition;
  #cursor: LogCursor;
  /** Of the lines handed out, or recognised as stored. */
  #newest: LogStamp | null = null;
  #last: CountedLine | null = null;
  /** Of a line that was handed out in part. */
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

  /** False: this answer has not yet shown everything that was stored before. */
  get isCaughtUp(): boolean {
    return this.#cursor.isCaughtUp;
  }

  /** Starts a new answer; returns the second to ask from (0: from the start). */
  begin(): number {
    this.#cursor = new LogCursor(this.#position);
    this.#hasStampedLine = false;
    if (this.#search) this.#search = { ...this.#search, isAnchorFound: false, isGap: true };
    return this.#position.sinceSecond;
  }

  /** `mismatch`: drop this answer and `begin` again at once. */
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

  /** The container has ended and the answer too. */
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
    // The rest of an unfinished line is lost, so finding the line before it would prove nothing.
    const anchor = this.#unfinished ? null : this.#last;
    this.#search = { floor, anchor, isAnchorFound: false, isGap: true };
    this.#unfinished = null;
    const sinceSecond = Math.max(0, floor.second - NEWEST_AFTER_SINCE_SECONDS);
    this.#position = { sinceSecond, lines: 0, hash: 0, partialBytes: 0 };
    return 'mismatch';
  }

  #noteDropped(search: Search, { stamp, crc }: CountedLine): void {
    const isAnchor = search.anchor?.crc === crc && search.anchor.stamp.text === stamp.text;
    // A line after the anchor may never have been handed out, and is dropped: say so.
    search.isGap = !isAnchor || search.isAnchorFound;
    search.isAnchorFound ||= isAnchor;
  }

  /** The kubelet's own words (its errors), or the tail of a line that began before the second that was asked for. */
  #acceptUnstamped(piece: RawPiece): readonly LogPiece[] {
    const isTail = !this.#hasStampedLine && this.#position.sinceSecond > 0;
    if (isTail || this.#search || !this.#cursor.isCaughtUp) return [];
    // It belongs to no position, so it may come again with each answer.
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
