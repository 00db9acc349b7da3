import type { PollSignInReply } from '@app/contract';
import { AppError } from '@app/domain';

export interface AwaitSignInOptions {
  /** Rejects to stop polling. */
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  /** What to do if it is denied or expires. */
  retryHint?: string;
}

const SLOW_DOWN_SECONDS = 5;
const MIN_INTERVAL_SECONDS = 1;

/**
 * Polls until the user confirms or denies the sign-in (RFC 8628, 3.4 and 3.5). Polls more slowly while the gateway is
 * unavailable or busy. Throws `unauthenticated` if the sign-in is denied or the code expires.
 */
export async function awaitSignIn(
  poll: () => Promise<PollSignInReply>,
  { interval_seconds, expires_in_seconds }: { interval_seconds: number; expires_in_seconds: number },
  { sleep, now, retryHint }: AwaitSignInOptions,
): Promise<PollSignInReply> {
  let intervalSeconds = Math.max(interval_seconds, MIN_INTERVAL_SECONDS);
  const expiresAt = now() + expires_in_seconds * 1000;
  for (;;) {
    await sleep(intervalSeconds * 1000);
    if (now() >= expiresAt) throw expired(retryHint);
    const reply = await pollOnce(poll);
    switch (reply.status) {
      case 'signed_in':
        if (reply.token !== undefined) return reply;
        throw new AppError('unavailable', 'The gateway confirmed the sign-in but sent no token.');
      case 'denied':
        throw new AppError('unauthenticated', 'The sign-in was denied.', { hint: retryHint });
      case 'expired':
        throw expired(retryHint);
      case 'slow_down':
        intervalSeconds += SLOW_DOWN_SECONDS;
        break;
      case 'pending':
        break;
    }
  }
}

function expired(hint: string | undefined): AppError {
  return new AppError('unauthenticated', 'The code expired before it was confirmed.', { hint });
}

async function pollOnce(poll: () => Promise<PollSignInReply>): Promise<PollSignInReply> {
  try {
    return await poll();
  } catch (error) {
    if (error instanceof AppError && (error.code === 'unavailable' || error.code === 'too_many_requests')) {
      return { status: 'slow_down' };
    }
    throw error;
  }
}
