import { memo } from 'react';
import { markParts } from './find-text.js';
import { partsOf } from './line-parts.js';
import styles from './log.module.css';

interface LogRowProps {
  number: number;
  line: string;
  /** When it was printed, as it is shown; null: times are not shown. */
  time: string | null;
  isChosen: boolean;
  /** Proctor says here that lines are missing. */
  isMarker: boolean;
  /** What is searched for. */
  found: string;
}

/** A line of a log: text nodes only. Its number is a link to it. */
export const LogRow = memo(function LogRow({ number, line, time, isChosen, isMarker, found }: LogRowProps) {
  const kind = `${isChosen ? styles['chosen'] : ''} ${isMarker ? styles['marker'] : ''}`;
  return (
    <div className={`${styles['row']} ${kind}`} data-line={number}>
      <a className={styles['number']} href={`#L${number}`} aria-label={`Line ${number}`}>
        {number}
      </a>
      {time !== null && <span className={styles['time']}>{time}</span>}
      <span className={styles['text']}>
        {markParts(partsOf(line), found).map(({ text, classes, isFound }, index) => {
          const names = classes.map((name) => styles[name]).join(' ');
          if (isFound) {
            return (
              <mark key={index} className={names}>
                {text}
              </mark>
            );
          }
          if (names === '') return text;
          return (
            <span key={index} className={names}>
              {text}
            </span>
          );
        })}
      </span>
    </div>
  );
});
