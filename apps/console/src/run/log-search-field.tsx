import { ChevronDown, ChevronUp } from 'lucide-react';
import { Button } from '../ui/button.js';
import styles from './log-search.module.css';
import type { LogSearch } from './use-log-search.js';

interface LogSearchFieldProps {
  search: LogSearch;
  onStep: (step: 1 | -1) => void;
}

/** The field of the search, and how many lines match. Enter goes to the next match, with Shift to the previous one. */
export function LogSearchField({ search, onStep }: LogSearchFieldProps) {
  return (
    <div role="search" className={styles['search']}>
      <input
        type="search"
        aria-label="Search the log"
        placeholder="Search the log"
        className={styles['field']}
        data-search
        maxLength={500}
        spellCheck={false}
        value={search.draft}
        onChange={({ target }) => search.setDraft(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          if (event.key !== 'Escape') return;
          // Leaves the field, which a browser would also clear.
          event.preventDefault();
          event.currentTarget.blur();
        }}
      />
      {search.text !== '' && (
        <>
          <span role="status" className={styles['count']}>
            {describe(search)}
          </span>
          <Button
            kind="quiet"
            aria-label="Previous match"
            title="Previous match (N)"
            onClick={() => onStep(-1)}
          >
            <ChevronUp size={16} aria-hidden />
          </Button>
          <Button kind="quiet" aria-label="Next match" title="Next match (n)" onClick={() => onStep(1)}>
            <ChevronDown size={16} aria-hidden />
          </Button>
        </>
      )}
    </div>
  );
}

function describe({ count, position }: LogSearch): string {
  if (count === null) return 'Searching';
  const lines = `${count.toLocaleString('en')} ${count === 1 ? 'match' : 'matches'}`;
  return position === null ? lines : `${position.toLocaleString('en')} of ${lines}`;
}
