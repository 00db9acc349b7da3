import { filterControls } from '@app/domain';
import { ErrorNote } from '../ui/error-note.js';
import { markParts } from './find-text.js';
import styles from './log-search.module.css';
import type { LogSearch } from './use-log-search.js';

const SHOWN_CHARACTERS = 200;
const SHOWN_FIRST = 100;

/** The lines that match, each a link to its place in the log. */
export function LogMatches({ search, chosen }: { search: LogSearch; chosen: number | null }) {
  const { text, count, matches, error } = search;
  if (text === '') return null;
  if (error) return <ErrorNote error={error} />;
  if (count === 0) return <p className={styles['none']}>No line of the log has this text.</p>;
  // What follows is reached with the arrows: a list of thousands of links helps nobody.
  const shown = matches.slice(0, SHOWN_FIRST);
  return (
    <ol aria-label="Lines that match" className={styles['matches']}>
      {shown.map(({ n, text: line }) => (
        <li key={n}>
          <a href={`#L${n}`} aria-current={n === chosen ? 'true' : undefined} className={styles['match']}>
            <span className={styles['number']}>{n}</span>
            <span className={styles['text']}>
              {markParts(
                [
                  {
                    text: filterControls(line, { keepColours: false }).slice(0, SHOWN_CHARACTERS),
                    classes: [],
                  },
                ],
                text,
              ).map((part, index) => (part.isFound ? <mark key={index}>{part.text}</mark> : part.text))}
            </span>
          </a>
        </li>
      ))}
      {count !== null && count > shown.length && (
        <li className={styles['more']}>{(count - shown.length).toLocaleString('en')} more: use the arrows</li>
      )}
    </ol>
  );
}
