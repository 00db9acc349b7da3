import type { MouseEvent } from 'react';
import { VList } from 'virtua';
import { useKey } from '../keys/use-key.js';
import { Button } from '../ui/button.js';
import { ErrorNote } from '../ui/error-note.js';
import { useRemembered } from '../ui/use-remembered.js';
import { looksLikeError } from './find-text.js';
import { extendRange, parseLineRange } from './line-range.js';
import type { LogState } from './log-lines.js';
import { LogMatches } from './log-matches.js';
import { LogRow } from './log-row.js';
import { LogSearchField } from './log-search-field.js';
import { formatLogTime, TIME_MODES } from './log-time.js';
import { LogToolbar } from './log-toolbar.js';
import styles from './log.module.css';
import { lastSegment, SEGMENT_LINES } from './segments.js';
import { useHash } from './use-hash.js';
import { useLog } from './use-log.js';
import { useLogPosition } from './use-log-position.js';
import { useLogSearch } from './use-log-search.js';

interface LogViewProps {
  id: string;
  /** Opens at the end and stays there as lines arrive; else at the first line. */
  opensAtEnd: boolean;
}

/** The log of an execution, from its first line, live. */
export function LogView({ id, opensAtEnd }: LogViewProps) {
  const { lines, count, state, error } = useLog(id);
  const range = parseLineRange(useHash());
  const chosen = range?.first ?? null;
  const [wrap, setWrap] = useRemembered('proctor.log.wrap', ['false', 'true']);
  const [time, setTime] = useRemembered('proctor.log.time', TIME_MODES);
  const wraps = wrap === 'true';
  const position = useLogPosition({ lines, count, range, opensAtEnd, wraps });
  const { list, segment, from, follows, setFollows, show } = position;
  const search = useLogSearch(id, chosen, state !== 'complete');
  const shown = lines.slice(from, from + SEGMENT_LINES);
  const startMs = lines.timeAt(0);

  const step = async (direction: 1 | -1) => goTo(await search.find(direction));
  const stepToError = (direction: 1 | -1) => {
    const start = chosen === null ? (direction === 1 ? -1 : count) : lines.placeOf(chosen);
    goTo(lines.findFrom(start + direction, direction, looksLikeError));
  };
  const toggleWrap = () => setWrap(wraps ? 'false' : 'true');
  const isOpen = state !== 'complete';
  useKey('f', 'Follow new lines, or stop', isOpen ? () => setFollows(!follows) : null);
  useKey('w', 'Wrap long lines, or not', toggleWrap);
  useKey('n', 'Next match', search.text === '' ? null : () => void step(1));
  useKey('N', 'Previous match', search.text === '' ? null : () => void step(-1));
  useKey('e', 'Next error in the log', () => stepToError(1));
  useKey('E', 'Previous error in the log', () => stepToError(-1));

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
        <LogSearchField search={search} onStep={(direction) => void step(direction)} />
        <LogToolbar
          {...{ id, wraps, time }}
          follows={isOpen ? follows : null}
          onFollow={() => setFollows(!follows)}
          onWrap={toggleWrap}
          onTime={setTime}
          onStart={() => show(0, 'start')}
          onEnd={() => show(lastSegment(count), 'end')}
        />
      </div>
      <LogMatches search={search} chosen={chosen} />
      {error && <ErrorNote error={error} />}
      {segment > 0 && (
        <Button onClick={() => show(segment - 1, 'end')}>
          Earlier lines, up to {lines.numberAt(from - 1).toLocaleString('en')}
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
          onScroll={position.onScroll}
        >
          {(line, index) => {
            const number = lines.numberAt(from + index);
            return (
              <LogRow
                key={number}
                {...{ number, line }}
                time={time === 'off' ? null : formatLogTime(lines.timeAt(from + index), time, startMs)}
                isChosen={range !== null && number >= range.first && number <= range.last}
                isMarker={lines.isMarker(number)}
                found={search.text}
              />
            );
          }}
        </VList>
      </div>
      {segment < lastSegment(count) && (
        <Button onClick={() => show(segment + 1, 'start')}>
          Later lines, from {lines.numberAt(from + SEGMENT_LINES).toLocaleString('en')}
        </Button>
      )}
    </section>
  );
}

/** Going through matches leaves no trail in the history. */
function goTo(line: number | null): void {
  if (line !== null) window.location.replace(`#L${line}`);
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
