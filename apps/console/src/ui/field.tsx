import { useId, type ReactNode } from 'react';
import styles from './field.module.css';

interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
  className: string | undefined;
}

interface FieldProps {
  label: ReactNode;
  note?: ReactNode;
  problem?: string | undefined;
  children: (props: ControlProps) => ReactNode;
}

/** A control with its label, a note below it, and what is wrong with its value. */
export function Field({ label, note, problem, children }: FieldProps) {
  const id = useId();
  const noteId = note || problem ? `${id}-note` : undefined;
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={styles['label']}>
        {label}
      </label>
      {children({
        id,
        className: styles['control'],
        ...(noteId && { 'aria-describedby': noteId }),
        ...(problem && { 'aria-invalid': true }),
      })}
      {noteId && (
        <p id={noteId} className={styles['note']}>
          {problem && <span className={styles['problem']}>{problem} </span>}
          {note}
        </p>
      )}
    </div>
  );
}
