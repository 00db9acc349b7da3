/**
 * How many lines are in the scroller at once. Browsers stop at an element of about 17.9 million pixels; this many lines
 * are 4 million, or as many as four times wrapped.
 */
export const SEGMENT_LINES = 200_000;

/** The segment of a place in the log. */
export function segmentAt(place: number): number {
  return Math.floor(place / SEGMENT_LINES);
}

export function lastSegment(count: number): number {
  return segmentAt(Math.max(0, count - 1));
}
