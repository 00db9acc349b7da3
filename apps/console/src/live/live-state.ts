import { useSyncExternalStore } from 'react';

/**
 * - `connecting`: for the first time
 * - `live`: changes arrive
 * - `lost`: the connection broke; it is tried again and again
 * - `paused`: the tab is hidden
 * - `refused`: the gateway does not offer it, or not to this account
 */
export type LiveState = 'connecting' | 'live' | 'lost' | 'paused' | 'refused';

/** How the page hears of changes. Replaced as a whole, so that React notices. */
export interface LiveSnapshot {
  state: LiveState;
  /** Of `lost`: since when. */
  lostAtMs: number | null;
}

let current: LiveSnapshot = { state: 'connecting', lostAtMs: null };
const listeners = new Set<() => void>();

export function setLiveState(state: LiveState): void {
  if (current.state === state) return;
  current = { state, lostAtMs: state === 'lost' ? Date.now() : null };
  for (const listener of listeners) listener();
}

export function useLive(): LiveSnapshot {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
