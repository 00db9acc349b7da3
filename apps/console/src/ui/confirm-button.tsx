import { useId, useRef } from 'react';
import { Button } from './button.js';
import styles from './confirm-button.module.css';

interface ConfirmButtonProps {
  label: string;
  question: string;
  /** The answer that goes ahead: says what happens. */
  confirm: string;
  isBusy: boolean;
  onConfirm: () => void;
}

/** A button for what cannot be undone: it asks first. */
export function ConfirmButton({ label, question, confirm, isBusy, onConfirm }: ConfirmButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const questionId = useId();
  const close = () => dialog.current?.close();
  return (
    <>
      <Button kind="danger" isBusy={isBusy} onClick={() => dialog.current?.showModal()}>
        {label}
      </Button>
      <dialog ref={dialog} className={styles['dialog']} aria-labelledby={questionId}>
        <p id={questionId}>{question}</p>
        <div className={styles['answers']}>
          <Button onClick={close}>Keep it</Button>
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
    </>
  );
}
