import styles from './loading.module.css';

/** Grey lines in place of what is being read. They appear after 200 ms: most answers are there before. */
export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className={styles['loading']}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={styles['row']} />
      ))}
    </div>
  );
}
