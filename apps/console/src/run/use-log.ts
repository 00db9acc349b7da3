import { followNumberedLog } from '@app/gateway-client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { client } from '../api/client.js';
import { LogLines, type LogSnapshot } from './log-lines.js';

/** For as long as a gateway may take to be replaced. */
const RETRY_DELAYS_MS = [100, 250, 500, 1_000, 2_000, 3_000, ...Array.from({ length: 120 }, () => 5_000)];

/** The log of an execution from its first line on, live until it ends. */
export function useLog(id: string): LogSnapshot & { lines: LogLines } {
  const [attempt, setAttempt] = useState<LogLines>(newLines);
  useEffect(() => {
    const lines = newLines();
    const abort = new AbortController();
    setAttempt(lines);
    void readInto(lines, id, abort.signal);
    return () => abort.abort();
  }, [id]);
  const snapshot = useSyncExternalStore(attempt.subscribe, attempt.snapshot);
  return { ...snapshot, lines: attempt };
}

/** A hidden tab has no frames, but its log goes on: it is told by a timer. */
function newLines(): LogLines {
  return new LogLines((notify) => {
    if (document.hidden) setTimeout(notify, 200);
    else requestAnimationFrame(notify);
  });
}

async function readInto(lines: LogLines, id: string, signal: AbortSignal): Promise<void> {
  try {
    const onRetry = () => lines.setState('reconnecting');
    const onMessage = () => lines.setState('open');
    const options = { signal, onRetry, onMessage, retryDelaysMs: RETRY_DELAYS_MS };
    for await (const batch of followNumberedLog(client, id, options)) lines.add(batch);
    lines.setState('complete');
  } catch (error) {
    if (!signal.aborted) lines.setState('failed', error as Error);
  }
}
