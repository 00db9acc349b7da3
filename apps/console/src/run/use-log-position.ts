import { useEffect, useRef, useState, type RefObject } from 'react';
import type { VListHandle } from 'virtua';
import type { LineRange } from './line-range.js';
import type { LogLines } from './log-lines.js';
import { lastSegment, SEGMENT_LINES, segmentAt } from './segments.js';

interface LogPositionOptions {
  lines: LogLines;
  count: number;
  /** The lines that the address points to. */
  range: LineRange | null;
  opensAtEnd: boolean;
  /** Whether long lines are wrapped. */
  wraps: boolean;
}

export interface LogPosition {
  list: RefObject<VListHandle | null>;
  segment: number;
  /** The place of the first line of the segment. */
  from: number;
  follows: boolean;
  setFollows: (follows: boolean) => void;
  show: (segment: number, align: 'start' | 'end') => void;
  onScroll: (offset: number) => void;
}

/** What of a log is on the screen: its end as it grows, the line that the address points to, or where one has scrolled. */
export function useLogPosition({ lines, count, range, opensAtEnd, wraps }: LogPositionOptions): LogPosition {
  const list = useRef<VListHandle>(null);
  const lastOffset = useRef(0);
  const [follows, setFollows] = useState(opensAtEnd && !range);
  const [chosenSegment, setSegment] = useState(0);
  const segment = follows ? lastSegment(count) : chosenSegment;
  const from = segment * SEGMENT_LINES;

  useEffect(() => {
    if (follows && count > 0) list.current?.scrollToIndex(count - 1 - from, { align: 'end' });
  }, [follows, count, from, wraps]);

  const first = range?.first;
  const isThere = first !== undefined && count > 0 && first <= lines.numberAt(count - 1);
  useEffect(() => {
    if (!isThere || first === undefined) return;
    const place = lines.placeOf(first);
    setFollows(false);
    setSegment(segmentAt(place));
    // The segment must be shown before it can be scrolled.
    requestAnimationFrame(() => list.current?.scrollToIndex(place % SEGMENT_LINES, { align: 'center' }));
  }, [isThere, first, lines]);

  return {
    list,
    segment,
    from,
    follows,
    setFollows,
    show: (to, align) => {
      setFollows(false);
      setSegment(to);
      const index = align === 'start' ? 0 : Math.min(SEGMENT_LINES, count - to * SEGMENT_LINES) - 1;
      requestAnimationFrame(() => list.current?.scrollToIndex(index, { align }));
    },
    onScroll: (offset) => {
      if (offset < lastOffset.current - 1) setFollows(false);
      lastOffset.current = offset;
    },
  };
}
