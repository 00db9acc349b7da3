import { AppError } from '@app/domain';
import { followEvents } from '@app/gateway-client';
import { useEffect } from 'react';
import { client } from '../api/client.js';
import { noteSignOut, queryClient } from '../api/query-client.js';
import { EventApplier } from './apply-events.js';
import { setLiveState } from './live-state.js';

const applier = new EventApplier(queryClient);

/** Hears of changes while the tab is visible. Call it once, in what is around every page. */
export function useEvents(): void {
  useEffect(() => {
    let connection: AbortController | null = null;
    const follow = () => {
      connection?.abort();
      connection = null;
      if (document.hidden) return setLiveState('paused');
      connection = new AbortController();
      void applyEvents(connection.signal);
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      connection?.abort();
    };
  }, []);
}

async function applyEvents(signal: AbortSignal): Promise<void> {
  setLiveState('connecting');
  try {
    for await (const event of followEvents(client, { signal, onRetry: () => setLiveState('lost') })) {
      if (signal.aborted) return;
      setLiveState('live');
      applier.apply(event);
    }
  } catch (error) {
    if (signal.aborted) return;
    // Polling goes on.
    setLiveState(error instanceof AppError ? 'refused' : 'lost');
    noteSignOut(error);
  }
}
