import { useKeyActions } from '../keys/key-actions.js';
import { Button } from '../ui/button.js';
import { useModal } from '../ui/use-modal.js';
import styles from './palette.module.css';

/** The keys of the page that is shown. */
export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useModal();
  const actions = useKeyActions();
  return (
    <dialog ref={dialog} className={styles['help']} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys on this page</h2>
      <dl className={styles['keys']}>
        {[
          ...actions.map(({ key, label }) => [key, label] as const),
          ['Ctrl K', 'Go to a page, proc or execution'],
        ].map(([key, label]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
      <Button onClick={() => dialog.current?.close()}>Close</Button>
    </dialog>
  );
}
