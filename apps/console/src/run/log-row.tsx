import { memo } from 'react';
import { partsOf } from './line-parts.js';
import styles from './log.module.css';

interface LogRowProps {
  /** Counted from 1. */
  number: number;
  line: string;
  isChosen: boolean;
}

/** A line of a log: text nodes only. Its number is a link to it. */
export const LogRow = memo(function LogRow({ number, line, isChosen }: LogRowProps) {
  return (
    <div className={`${styles['row']} ${isChosen ? styles['chosen'] : ''}`} data-line={number}>
      <a className={styles['number']} href={`#L${number}`} aria-label={`Line ${number}`}>
        {number}
      </a>
      <span className={styles['text']}>
        {partsOf(line).map(({ text, classes }, index) =>
          classes.length === 0 ? (
            text
          ) : (
            <span key={index} className={classes.map((name) => styles[name]).join(' ')}>
              {text}
            </span>
          ),
        )}
      </span>
    </div>
  );
});
