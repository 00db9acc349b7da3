import { useEffect, useEffectEvent } from 'react';
import { addKeyAction } from './key-actions.js';

/** Gives a key a meaning while the component is shown. @param run null: it has none now */
export function useKey(key: string, label: string, run: (() => void) | null): void {
  const act = useEffectEvent(() => run?.());
  const isActive = run !== null;
  useEffect(
    () => (isActive ? addKeyAction({ key, label, run: () => act() }) : undefined),
    [key, label, isActive],
  );
}
