import { AppError, plainLine } from '@app/domain';
import { GatewayError } from '@app/gateway-client';
import { CircleAlert } from 'lucide-react';
import { Button } from './button.js';
import styles from './note.module.css';

interface ErrorNoteProps {
  error: Error;
  onRetry?: () => void;
  /** What was expected, if the error does not say it. */
  title?: string;
}

/** What went wrong, what to do, and the id under which the gateway's log has the request. */
export function ErrorNote({ error, onRetry, title }: ErrorNoteProps) {
  const { hint, details = [] } = error instanceof AppError ? error : {};
  const requestId = error instanceof GatewayError ? error.requestId : undefined;
  return (
    <div role="alert" className={`${styles['note']} ${styles['failed']}`}>
      <CircleAlert size={18} aria-hidden className={styles['icon']} />
      <div className={styles['body']}>
        {title && <p className={styles['title']}>{title}</p>}
        <p>{plainLine(error.message)}</p>
        {details.length > 0 && (
          <ul>
            {details.map(({ field, message }, index) => (
              <li key={index}>
                <code>{plainLine(field)}</code>: {plainLine(message)}
              </li>
            ))}
          </ul>
        )}
        {hint && <p>{plainLine(hint)}</p>}
        {requestId && (
          <p className={styles['quiet']}>
            Request <code>{requestId}</code>
          </p>
        )}
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}
