/**
 * How far a container's log has been stored, in terms that a Kubernetes API server can resume from.
 *
 * `sinceTime` is cut down to the whole second by the API server and filters each line by its own timestamp, and
 * timestamps may be equal or step back a little (stdout and stderr are stamped apart). So a position is: the whole
 * second to ask from, and how many lines of that answer are already stored, in stream order, with a hash of them.
 */
export interface LogPosition {
  /** Unix seconds; what goes into `sinceTime`. 0: from the start. */
  sinceSecond: number;
  /** Complete lines stamped at or after `sinceSecond` that are already stored. */
  lines: number;
  /** Rolling hash of those lines, unsigned 32 bit. */
  hash: number;
  /** Bytes of the next line that are already stored (a very long line is stored in pieces). */
  partialBytes: number;
}

export const LOG_START: LogPosition = { sinceSecond: 0, lines: 0, hash: 0, partialBytes: 0 };

/** Nothing of that log is stored yet. */
export function isLogStart({ sinceSecond, lines, partialBytes }: LogPosition): boolean {
  return sinceSecond === 0 && lines === 0 && partialBytes === 0;
}
