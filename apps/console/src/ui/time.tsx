import { exactTime, relativeTime } from './relative-time.js';
import styles from './time.module.css';
import { useNow } from './use-now.js';

const RENEWED_MS = 15_000;

/** How long ago an instant was; the exact one, in both zones, on hover and focus. */
export function Time({ at }: { at: string }) {
  const nowMs = useNow(RENEWED_MS);
  return (
    <time dateTime={at} title={exactTime(at)} className={styles['time']}>
      {relativeTime(at, nowMs)}
    </time>
  );
}
