/**
 * How much of a container's log is stored, in terms from which a Kubernetes API server can resume.
 *
 * The API server truncates `sinceTime` to whole seconds and filters each line by its own timestamp. Timestamps may be
 * equal or go backward a little, because stdout and stderr are stamped separately. A position is therefore the whole
 * second to resume from, plus the number and hash of the lines of that response that are already stored, in stream order.
 */
export interface LogPosition {
  /** Unix seconds, passed as `sinceTime`. 0 means from the start. */
  sinceSecond: number;
  /** Complete lines stamped at or after `sinceSecond` that are already stored. */
  lines: number;
  /** Rolling hash of those lines, as an unsigned 32-bit integer. */
  hash: number;
  /** Bytes of the next line that are already stored. Very long lines are stored in pieces. */
  partialBytes: number;
}

export const LOG_START: LogPosition = { sinceSecond: 0, lines: 0, hash: 0, partialBytes: 0 };

/** The position of a log of which nothing is stored yet. */
export function isLogStart({ sinceSecond, lines, partialBytes }: LogPosition): boolean {
  return sinceSecond === 0 && lines === 0 && partialBytes === 0;
}
