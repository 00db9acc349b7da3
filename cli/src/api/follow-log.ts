import { setTimeout as sleep } from 'node:timers/promises';
import { pathOf } from '@app/contract';
import { AppError } from '@app/domain';
import { unreachable } from './failure.js';
import type { GatewayClient } from './gateway-client.js';
import { readLogConnection } from './log-connection.js';

export interface FollowOptions {
  /** Told of each lost connection before it is tried again. */
  onRetry?: (failure: AppError) => void;
  /** One try for each, since the last new line. */
  retryDelaysMs?: readonly number[];
}

const RETRY_DELAYS_MS = [100, 250, 500, 1000, 2000, 3000, 5000, 5000, 5000, 5000];

/**
 * The log of an execution from its first line to its end, each line once, in batches as they arrive. A lost
 * connection is opened again (the server starts at the first line; what was already given is skipped), ten
 * times in half a minute unless new lines come. Throws `AppError` when refused or when the tries are used up.
 */
export async function* followLog(
  client: GatewayClient,
  id: string,
  { onRetry, retryDelaysMs = RETRY_DELAYS_MS }: FollowOptions = {},
): AsyncGenerator<string[], void> {
  const { baseUrl, timeoutMs } = client.connection;
  const url = baseUrl.replace(/^http/, 'ws') + pathOf('streamExecutionLogs', {}, { context_id: id });
  let given = 0;
  let tries = 0;
  let hasRenewed = false;
  for (;;) {
    let toSkip = given;
    let failure: AppError | null = null;
    let mayRetryAtOnce = false;
    const headers = await client.headers();
    for await (const event of readLogConnection({ url, headers, timeoutMs })) {
      if (event.kind === 'message') {
        const lines = event.text.split('\n');
        const fresh = toSkip > 0 ? lines.slice(toSkip) : lines;
        toSkip = Math.max(0, toSkip - lines.length);
        if (fresh.length === 0) continue;
        given += fresh.length;
        tries = 0;
        hasRenewed = false;
        yield fresh;
      } else if (event.kind === 'complete') {
        return;
      } else if (event.kind === 'refused') {
        failure = client.failureFrom(event);
        mayRetryAtOnce = event.status === 401 && !hasRenewed && (await client.renewIdentity(headers));
        hasRenewed = mayRetryAtOnce;
        if (!mayRetryAtOnce && !isTransient(failure)) throw failure;
      } else {
        failure = unreachable(baseUrl, event.error, timeoutMs);
      }
    }
    if (mayRetryAtOnce) continue;
    const delayMs = retryDelaysMs[tries++];
    failure ??= unreachable(baseUrl, null, timeoutMs);
    if (delayMs === undefined) throw withWayBack(failure, id);
    onRetry?.(failure);
    await sleep(delayMs);
  }
}

function isTransient({ code }: AppError): boolean {
  return code === 'unavailable' || code === 'too_many_requests' || code === 'internal';
}

function withWayBack(failure: AppError, id: string): AppError {
  return new AppError(failure.code, failure.message, {
    hint: `The execution goes on; see its log with \`proctor logs ${id}\`, how it ended with \`proctor status ${id}\`.`,
    cause: failure,
  });
}
