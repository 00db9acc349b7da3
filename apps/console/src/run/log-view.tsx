import { pathOf } from '@app/contract';
import { useEffect, useRef, useState, type MouseEvent } from 'react';
import { VList, type VListHandle } from 'virtua';
import { GATEWAY_URL } from '../address.js';
import { Button } from '../ui/button.js';
import { ErrorNote } from '../ui/error-note.js';
import { extendRange, parseLineRange } from './line-range.js';
import type { LogState } from './log-lines.js';
import { LogRow } from './log-row.js';
import styles from './log.module.css';
import { SEGMENT_LINES, segmentAt, lastSegment } from './segments.js';
import { useHash } from './use-hash.js';
import { useLog } from './use-log.js';
import { useWrap } from './use-wrap.js';

interface LogViewProps {
  id: string;
  /** Opens at the end and stays there as lines arrive; else at the first line. */
  opensAtEnd: boolean;
}

/** The log of an execution, from its first line, live. */
export function LogView({ id, opensAtEnd }: LogViewProps) {
  const { lines, count, state, error } = useLog(id);
  const list = useRef<VListHandle>(null);
  const lastOffset = useRef(0);
  const range = parseLineRange(useHash());
  const firstChosen = range?.first;
  const [follows, setFollows] = useState(opensAtEnd && !range);
  const [chosenSegment, setSegment] = useState(0);
  const [wraps, toggleWrap] = useWrap();
  const segment = follows ? lastSegment(count) : chosenSegment;
  const from = segment * SEGMENT_LINES;
  const shown = lines.slice(from, from + SEGMENT_LINES);

  useEffect(() => {
    if (follows && count > 0) list.current?.scrollToIndex(count - 1 - from, { align: 'end' });
  }, [follows, count, from, wraps]);

  const isThere = firstChosen !== undefined && firstChosen <= count;
  useEffect(() => {
    if (!isThere || firstChosen === undefined) return;
    setFollows(false);
    setSegment(segmentAt(firstChosen));
    // The segment must be shown before it can be scrolled.
    requestAnimationFrame(() =>
      list.current?.scrollToIndex((firstChosen - 1) % SEGMENT_LINES, { align: 'center' }),
    );
  }, [isThere, firstChosen]);

  const show = (to: number, align: 'start' | 'end') => {
    setFollows(false);
    setSegment(to);
    const index = align === 'start' ? 0 : Math.min(SEGMENT_LINES, count - to * SEGMENT_LINES) - 1;
    requestAnimationFrame(() => list.current?.scrollToIndex(index, { align }));
  };
  const choose = (event: MouseEvent) => {
    const number = (event.target as Element).closest('a')?.parentElement?.dataset['line'];
    if (number === undefined || !event.shiftKey) return;
    event.preventDefault();
    window.location.hash = extendRange(range, Number(number));
  };
  return (
    <section aria-label="Log" className={styles['log']}>
      <div className={styles['toolbar']}>
        <h2>Log</h2>
        <span role="status" className={styles['state']}>
          {stateOf(state, count)}
        </span>
        <div className={styles['tools']}>
          {state !== 'complete' && (
            <Button kind="quiet" aria-pressed={follows} onClick={() => setFollows(!follows)}>
              Follow
            </Button>
          )}
          <Button kind="quiet" aria-pressed={wraps} onClick={toggleWrap}>
            Wrap
          </Button>
          <Button kind="quiet" onClick={() => show(0, 'start')}>
            Start
          </Button>
          <Button kind="quiet" onClick={() => show(lastSegment(count), 'end')}>
            End
          </Button>
          <a
            className={styles['download']}
            href={GATEWAY_URL + pathOf('readExecutionLog', { id })}
            download={`execution-${id}.log`}
          >
            Download
          </a>
        </div>
      </div>
      {error && <ErrorNote error={error} />}
      {segment > 0 && (
        <Button onClick={() => show(segment - 1, 'end')}>
          Earlier lines, up to {from.toLocaleString('en')}
        </Button>
      )}
      {/* The keys of the browser scroll it, and a click on a number with Shift extends what is chosen. */}
      <div className={`${styles['lines']} ${wraps ? styles['wraps'] : ''}`} onClick={choose}>
        <VList
          ref={list}
          data={shown}
          tabIndex={0}
          role="region"
          aria-label="Lines of the log"
          onScroll={(offset) => {
            if (offset < lastOffset.current - 1) setFollows(false);
            lastOffset.current = offset;
          }}
        >
          {(line, index) => {
            const number = from + index + 1;
            const isChosen = range !== null && number >= range.first && number <= range.last;
            return <LogRow key={number} number={number} line={line} isChosen={isChosen} />;
          }}
        </VList>
      </div>
      {segment < lastSegment(count) && (
        <Button onClick={() => show(segment + 1, 'start')}>
          Later lines, from {(from + SEGMENT_LINES + 1).toLocaleString('en')}
        </Button>
      )}
    </section>
  );
}

function stateOf(state: LogState, count: number): string {
  const lines = `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;
  switch (state) {
    case 'open':
      return count === 0 ? 'Waiting for the first line' : `${lines}, live`;
    case 'reconnecting':
      return `${lines}. The connection broke: connecting again`;
    case 'complete':
      return count === 0 ? 'It printed nothing' : lines;
    case 'failed':
      return lines;
  }
}
