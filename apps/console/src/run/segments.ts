/**
 * How many lines are in the scroller at once. Browsers stop at an element of about 17.9 million pixels; this many lines
 * are 4 million, or as many as four times wrapped.
 */
export const SEGMENT_LINES = 200_000;

/** The segment of a line, counted from 1. */
export function segmentAt(line: number): number {
  return Math.floor((line - 1) / SEGMENT_LINES);
}

export function lastSegment(count: number): number {
  return Math.max(0, segmentAt(count));
}
