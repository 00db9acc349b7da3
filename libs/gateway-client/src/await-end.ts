import type { ExecutionReply } from '@app/contract';
import { AppError, isFinal } from '@app/domain';
import { pause } from '@app/timing';
import type { GatewayClient } from './gateway-client.js';
import { GatewayError } from './gateway-error.js';

export interface AwaitEndOptions {
  /** How often to poll, once a second, after the first quick polls. */
  pollCount: number;
  signal?: AbortSignal;
}

/** The final status is usually stored when the log ends, or a moment later. */
const FIRST_DELAYS_MS = [50, 100, 250, 500];
const POLL_INTERVAL_MS = 1000;
const PASSING: readonly string[] = ['unavailable', 'internal', 'too_many_requests'];

/**
 * Polls the status of an execution until it is final: at once, a few times in quick succession, then `pollCount` times
 * once a second. Throws `GatewayError` `end_unknown` if it is not final by then.
 */
export async function awaitEnd(
  client: GatewayClient,
  id: string,
  { pollCount, signal }: AwaitEndOptions,
): Promise<ExecutionReply> {
  let failure: AppError | null = null;
  let latest: ExecutionReply | null = null;
  for (let polls = 0; polls <= FIRST_DELAYS_MS.length + pollCount; polls++) {
    try {
      latest = await client.call('getExecutionStatus', { params: { id }, signal });
      if (isFinal(latest.status)) return latest;
    } catch (error) {
      if (!(error instanceof AppError) || !PASSING.includes(error.code)) throw error;
      failure = error;
    }
    await pause(FIRST_DELAYS_MS[polls] ?? POLL_INTERVAL_MS, signal);
  }
  const message = latest
    ? `The log of execution ${id} has ended, but its status is still ${latest.status}.`
    : `The log of execution ${id} has ended, but its status cannot be read: ${failure?.message ?? ''}`;
  throw new GatewayError('end_unknown', 'unavailable', message, { executionId: id, cause: failure });
}
