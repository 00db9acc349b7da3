import { changedExecutions, type ExecutionReply } from '@app/contract';
import { backOffMs, HALF_JITTER, pause } from '@app/timing';
import type { GatewayClient } from './gateway-client.js';
import { GatewayError } from './gateway-error.js';
import { tryParseJson } from './read-failure.js';
import { streamLines } from './stream-lines.js';
import { unreachable } from './unreachable.js';

export type ExecutionEvent =
  /** Changes from now on follow. Those before it were missed. */
  | { kind: 'open' }
  /** Executions that were accepted or have changed, as they are now. */
  | { kind: 'executions'; executions: ExecutionReply[] }
  /** Some changes were left out. */
  | { kind: 'reset' };

export interface FollowEventsOptions {
  signal: AbortSignal;
  /** Called for each lost connection, before the wait for the next attempt. */
  onRetry?: (failure: GatewayError) => void;
  /** A connection that is silent for longer is lost: the gateway sends something every 15 s. */
  maxSilenceMs?: number;
  backOff?: { firstMs: number; maxMs: number };
}

const MAX_SILENCE_MS = 40_000;
const BACK_OFF = { firstMs: 500, maxMs: 15_000 };
const FINAL: readonly GatewayError['code'][] = ['unauthenticated', 'forbidden', 'not_found'];

/**
 * What changes in the executions that the caller may see, over any number of lost connections, until the signal aborts,
 * whose reason it throws. Throws `GatewayError` if the gateway refuses the caller.
 */
export async function* followEvents(
  client: GatewayClient,
  { signal, onRetry, maxSilenceMs = MAX_SILENCE_MS, backOff = BACK_OFF }: FollowEventsOptions,
): AsyncGenerator<ExecutionEvent, void> {
  for (let retries = 0; ; retries++) {
    let failure: GatewayError;
    try {
      for await (const event of readEvents(client, signal, maxSilenceMs)) {
        retries = 0;
        yield event;
      }
      failure = unreachable(client.baseUrl, null, client.timeoutMs);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GatewayError) || FINAL.includes(error.code)) throw error;
      failure = error;
    }
    signal.throwIfAborted();
    onRetry?.(failure);
    await pause(backOffMs(retries, { ...backOff, jitter: HALF_JITTER }), signal);
  }
}

/** The events of one connection. */
async function* readEvents(
  client: GatewayClient,
  signal: AbortSignal,
  maxSilenceMs: number,
): AsyncGenerator<ExecutionEvent, void> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), maxSilenceMs);
  const connection = AbortSignal.any([signal, silent.signal]);
  try {
    let name = '';
    for await (const lines of streamLines(client, 'watchExecutions', { isLive: true, signal: connection })) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), maxSilenceMs);
      for (const line of lines) {
        if (line.startsWith('event: ')) name = line.slice('event: '.length);
        const event = line.startsWith('data: ') ? readEvent(name, line.slice('data: '.length)) : null;
        if (event) yield event;
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw silent.signal.aborted ? unreachable(client.baseUrl, null, client.timeoutMs) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Null: of a later version. What cannot be read counts as left out. */
function readEvent(name: string, data: string): ExecutionEvent | null {
  if (name === 'open' || name === 'reset') return { kind: name };
  if (name !== 'executions') return null;
  const { data: changed } = changedExecutions.safeParse(tryParseJson(data));
  return changed ? { kind: 'executions', executions: changed.executions } : { kind: 'reset' };
}
