import type { ReactNode } from 'react';
import styles from './note.module.css';

/** A list without entries: why, and the next step. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {children && <div className={`${styles['quiet']} text`}>{children}</div>}
    </div>
  );
}
