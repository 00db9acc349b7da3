import { pathOf } from '@app/contract';
import { pause } from '@app/timing';
import type { GatewayClient } from './gateway-client.js';
import { GatewayError } from './gateway-error.js';
import { readFailure } from './read-failure.js';
import { unreachable } from './unreachable.js';

export interface FollowOptions {
  /** Called for each lost connection, before the wait for the next attempt. */
  onRetry?: (failure: GatewayError) => void;
  /** Before each attempt to reconnect, counted from the last new line. */
  retryDelaysMs?: readonly number[];
  signal?: AbortSignal;
}

const RETRY_DELAYS_MS = [100, 250, 500, 1000, 2000, 3000, 5000, 5000, 5000, 5000];

/**
 * The log of an execution from its first line to its end, each line once, in batches as they arrive.
 *
 * A lost connection is reopened, by default up to ten times within half a minute unless new lines arrive. The gateway
 * then starts at the first line again, and the lines that the reader already has are skipped. Throws `GatewayError`: for
 * a refusal, or as `log_lost` after the last attempt.
 */
export async function* followLog(
  client: GatewayClient,
  id: string,
  { onRetry, retryDelaysMs = RETRY_DELAYS_MS, signal }: FollowOptions = {},
): AsyncGenerator<string[], void> {
  const { baseUrl, timeoutMs } = client;
  const url =
    baseUrl.replace(/^http/, 'ws') + pathOf('streamExecutionLogs', {}, { context_id: id, reasons: 'false' });
  let seenLines = 0;
  let retries = 0;
  let isRenewed = false;
  for (;;) {
    let linesToSkip = seenLines;
    let failure: GatewayError | null = null;
    let canRetryAtOnce = false;
    const headers = await client.headers();
    for await (const event of client.connectLog({ url, headers, timeoutMs, signal })) {
      if (event.kind === 'message') {
        const lines = event.text.split('\n');
        const newLines = linesToSkip > 0 ? lines.slice(linesToSkip) : lines;
        linesToSkip = Math.max(0, linesToSkip - lines.length);
        if (newLines.length === 0) continue;
        seenLines += newLines.length;
        retries = 0;
        isRenewed = false;
        yield newLines;
      } else if (event.kind === 'complete') {
        return;
      } else if (event.kind === 'refused') {
        failure = readFailure(event, client.facts);
        canRetryAtOnce = event.status === 401 && !isRenewed && (await client.renewIdentity(headers));
        isRenewed = canRetryAtOnce;
        if (!canRetryAtOnce && !isTransient(failure)) throw failure;
      } else {
        signal?.throwIfAborted();
        failure = unreachable(baseUrl, event.error, timeoutMs);
      }
    }
    if (canRetryAtOnce) continue;
    const delayMs = retryDelaysMs[retries++];
    failure ??= unreachable(baseUrl, null, timeoutMs);
    if (delayMs === undefined) throw logLost(failure, id);
    onRetry?.(failure);
    await pause(delayMs, signal);
  }
}

function isTransient({ code }: GatewayError): boolean {
  return code === 'unavailable' || code === 'too_many_requests' || code === 'internal';
}

function logLost(failure: GatewayError, executionId: string): GatewayError {
  return new GatewayError('log_lost', failure.code, failure.message, { executionId, cause: failure });
}
