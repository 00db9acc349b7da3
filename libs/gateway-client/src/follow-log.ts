import { pathOf, type LogLine } from '@app/contract';
import { pause } from '@app/timing';
import type { GatewayClient } from './gateway-client.js';
import { GatewayError } from './gateway-error.js';
import { readFailure, tryParseJson } from './read-failure.js';
import { unreachable } from './unreachable.js';

export interface FollowOptions {
  /** Called for each lost connection, before the wait for the next attempt. */
  onRetry?: (failure: GatewayError) => void;
  /** Called for each message. The gateway sends one at once if the lines are numbered. */
  onMessage?: () => void;
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
  options: FollowOptions = {},
): AsyncGenerator<string[], void> {
  let seenLines = 0;
  let linesToSkip = 0;
  yield* follow(client, id, options, {
    query: () => {
      linesToSkip = seenLines;
      return {};
    },
    read: (text) => {
      const lines = text.split('\n');
      const newLines = linesToSkip > 0 ? lines.slice(linesToSkip) : lines;
      linesToSkip = Math.max(0, linesToSkip - lines.length);
      seenLines += newLines.length;
      return newLines;
    },
  });
}

/** As `followLog`, with the number and the time of each line. After a lost connection it goes on at the next line. */
export async function* followNumberedLog(
  client: GatewayClient,
  id: string,
  options: FollowOptions = {},
): AsyncGenerator<LogLine[], void> {
  let next = 1;
  yield* follow(client, id, options, {
    query: () => ({ numbered: 'true', ...(next > 1 && { from: String(next) }) }),
    read: (text) => {
      const parsed = tryParseJson(text);
      if (!Array.isArray(parsed)) throw unexpectedMessage(client.baseUrl);
      // Of the contract's form: checking each of a million lines would cost seconds.
      const lines = parsed as LogLine[];
      next = (lines.at(-1)?.n ?? next - 1) + 1;
      return lines;
    },
  });
}

/** What one connection after the other says. */
interface Reading<Line> {
  /** What to ask the next connection for. */
  query: () => Record<string, string>;
  /** The lines of a message that the reader does not have yet. */
  read: (text: string) => Line[];
}

async function* follow<Line>(
  client: GatewayClient,
  id: string,
  { onRetry, onMessage, retryDelaysMs = RETRY_DELAYS_MS, signal }: FollowOptions,
  { query, read }: Reading<Line>,
): AsyncGenerator<Line[], void> {
  const { baseUrl, timeoutMs } = client;
  const path = () => pathOf('streamExecutionLogs', {}, { context_id: id, reasons: 'false', ...query() });
  let retries = 0;
  let isRenewed = false;
  for (;;) {
    let failure: GatewayError | null = null;
    let canRetryAtOnce = false;
    const headers = await client.headers();
    const url = baseUrl.replace(/^http/, 'ws') + path();
    for await (const event of client.connectLog({ url, headers, timeoutMs, signal })) {
      if (event.kind === 'message') {
        const newLines = read(event.text);
        onMessage?.();
        if (newLines.length === 0) continue;
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

function unexpectedMessage(baseUrl: string): GatewayError {
  return new GatewayError(
    'unexpected_reply',
    'unavailable',
    `${baseUrl} sent a log without line numbers: it is a gateway of an earlier version.`,
    { hint: 'Try again once every gateway is up to date.' },
  );
}

function isTransient({ code }: GatewayError): boolean {
  return code === 'unavailable' || code === 'too_many_requests' || code === 'internal';
}

function logLost(failure: GatewayError, executionId: string): GatewayError {
  return new GatewayError('log_lost', failure.code, failure.message, { executionId, cause: failure });
}
