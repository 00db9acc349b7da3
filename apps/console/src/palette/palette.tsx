import { useId, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { useCall } from '../api/use-call.js';
import { useKeyActions } from '../keys/key-actions.js';
import { useModal } from '../ui/use-modal.js';
import styles from './palette.module.css';
import { paletteItems, type PaletteItem } from './palette-items.js';

/** Goes to a page, a proc or an execution, and does what the page offers, without the mouse. */
export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useModal();
  const listId = useId();
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const actions = useKeyActions();
  const procs = useCall('listProcs', {});
  const items = paletteItems(text, { actions, procs: procs.data ?? [] });
  const current = Math.min(chosen, items.length - 1);
  const choose = ({ target }: PaletteItem) => {
    // Before the action, which may show a dialog of its own or focus something.
    dialog.current?.close();
    if (typeof target === 'string') navigate(target);
    else target();
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && items.length > 0) setChosen((current + step + items.length) % items.length);
    const item = items[current];
    if (event.key === 'Enter' && item) choose(item);
    if (step !== 0 || event.key === 'Enter') event.preventDefault();
  };
  return (
    <dialog ref={dialog} className={styles['palette']} aria-label="Go to" onClose={onClose}>
      <input
        role="combobox"
        aria-label="Go to a proc, a page or an execution"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={items[current] && `${listId}-${current}`}
        aria-autocomplete="list"
        placeholder="Proc, page, execution id or action"
        className={styles['input']}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      <ul role="listbox" id={listId} aria-label="What matches" className={styles['list']}>
        {items.map((item, index) => (
          <li
            key={item.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            className={styles['item']}
            onPointerMove={() => setChosen(index)}
            onClick={() => choose(item)}
            onKeyDown={press}
          >
            <span className={styles['label']}>{item.label}</span>
            <span className={styles['note']}>{item.note}</span>
          </li>
        ))}
      </ul>
      {items.length === 0 && (
        <p role="status" className={styles['none']}>
          Nothing matches. Type a part of a name, or the id of an execution.
        </p>
      )}
    </dialog>
  );
}
