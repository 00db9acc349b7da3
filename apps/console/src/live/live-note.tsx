import styles from './live-note.module.css';
import { useLive } from './live-state.js';

/** Says that what the page shows may be out of date. */
export function LiveNote() {
  const { state, lostAtMs } = useLive();
  return (
    <div role="status" className={styles['place']}>
      {state === 'lost' && lostAtMs !== null && (
        <p className={styles['note']}>
          The connection to the gateway is lost: connecting again. What you see is as of{' '}
          {new Date(lostAtMs).toLocaleTimeString('en-GB')} and may be out of date.
        </p>
      )}
    </div>
  );
}
