import { useId } from 'react';
import { Button } from './button.js';
import styles from './confirm-button.module.css';
import { useModal } from './use-modal.js';

interface ConfirmDialogProps {
  question: string;
  /** The answer that goes ahead: says what happens. */
  confirm: string;
  /** The answer that changes nothing. */
  keep?: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what cannot be undone. */
export function ConfirmDialog({
  question,
  confirm,
  keep = 'Keep it',
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const dialog = useModal();
  const questionId = useId();
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} className={styles['dialog']} aria-labelledby={questionId} onClose={onClose}>
      <p id={questionId}>{question}</p>
      <div className={styles['answers']}>
        <Button onClick={close}>{keep}</Button>
        <Button
          kind="danger"
          onClick={() => {
            close();
            onConfirm();
          }}
        >
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
