import { useState } from 'react';
import { Button } from './button.js';
import { ConfirmDialog } from './confirm-dialog.js';

interface ConfirmButtonProps {
  label: string;
  question: string;
  /** The answer that goes ahead: says what happens. */
  confirm: string;
  isBusy: boolean;
  onConfirm: () => void;
}

/** A button for what cannot be undone: it asks first. */
export function ConfirmButton({ label, isBusy, ...dialog }: ConfirmButtonProps) {
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button kind="danger" isBusy={isBusy} onClick={() => setIsAsking(true)}>
        {label}
      </Button>
      {isAsking && <ConfirmDialog {...dialog} onClose={() => setIsAsking(false)} />}
    </>
  );
}
