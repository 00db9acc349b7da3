import { useSyncExternalStore } from 'react';

/** What a key does on the page that is shown. */
export interface KeyAction {
  /** As `KeyboardEvent.key`: `N` is n with Shift. */
  key: string;
  label: string;
  run: () => void;
}

let actions: readonly KeyAction[] = [];
const listeners = new Set<() => void>();

/** @returns takes it back */
export function addKeyAction(action: KeyAction): () => void {
  change([...actions, action]);
  return () => change(actions.filter((each) => each !== action));
}

/** The one that was added last counts. */
export function findKeyAction(key: string): KeyAction | undefined {
  return actions.findLast((action) => action.key === key);
}

/** Every action of the page. */
export function useKeyActions(): readonly KeyAction[] {
  return useSyncExternalStore(subscribe, () => actions);
}

function change(next: readonly KeyAction[]): void {
  actions = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
