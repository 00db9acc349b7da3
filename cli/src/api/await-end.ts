import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionReply } from '@app/contract';
import { AppError, isFinal } from '@app/domain';
import type { GatewayClient } from './gateway-client.js';

/** Mostly the end is stored by the time that the log ends, or a moment later. */
const FIRST_DELAYS_MS = [50, 100, 250, 500];
const POLL_INTERVAL_MS = 1000;

/**
 * Asks for the status until it is final: at once, a few times quickly, then `statusPollCount` times a second
 * apart. Throws `unavailable` if it is not final by then.
 */
export async function awaitEnd(client: GatewayClient, id: string): Promise<ExecutionReply> {
  const { statusPollCount } = client.connection;
  let failure: AppError | null = null;
  let latest: ExecutionReply | null = null;
  for (let tries = 0; tries <= FIRST_DELAYS_MS.length + statusPollCount; tries++) {
    try {
      latest = await client.call('getExecutionStatus', { params: { id } });
      if (isFinal(latest.status)) return latest;
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'unavailable' && error.code !== 'internal'))
        throw error;
      failure = error;
    }
    await sleep(FIRST_DELAYS_MS[tries] ?? POLL_INTERVAL_MS);
  }
  const message = latest
    ? `The log of execution ${id} has ended, but its status is still ${latest.status}.`
    : `The log of execution ${id} has ended, but its status can't be read: ${failure?.message ?? ''}`;
  throw new AppError('unavailable', message, {
    hint: `Ask again later: \`proctor status ${id}\`.`,
    cause: failure,
  });
}
