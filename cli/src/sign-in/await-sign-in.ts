import type { PollSignInReply } from '@app/contract';
import { AppError } from '@app/domain';

export interface Waiting {
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds that only go forward. */
  now: () => number;
}

const SLOW_DOWN_SECONDS = 5;
const MIN_INTERVAL_SECONDS = 1;

/**
 * Asks until the user has confirmed or refused (RFC 8628, 3.4 and 3.5); a gateway that is away or busy meanwhile is
 * asked again, more slowly. Throws `unauthenticated` when it was denied or came too late.
 */
export async function awaitSignIn(
  poll: () => Promise<PollSignInReply>,
  { interval_seconds, expires_in_seconds }: { interval_seconds: number; expires_in_seconds: number },
  { sleep, now }: Waiting,
): Promise<PollSignInReply> {
  let intervalSeconds = Math.max(interval_seconds, MIN_INTERVAL_SECONDS);
  const expiresAt = now() + expires_in_seconds * 1000;
  for (;;) {
    await sleep(intervalSeconds * 1000);
    if (now() >= expiresAt) throw tooLate();
    const reply = await pollOnce(poll);
    switch (reply.status) {
      case 'signed_in':
        if (reply.token !== undefined) return reply;
        throw new AppError('unavailable', 'The gateway says that you are signed in, but sent no token.');
      case 'denied':
        throw new AppError('unauthenticated', 'The sign-in was denied.', { hint: AGAIN });
      case 'expired':
        throw tooLate();
      case 'slow_down':
        intervalSeconds += SLOW_DOWN_SECONDS;
        break;
      case 'pending':
        break;
    }
  }
}

const AGAIN = 'To try again: `proctor login`.';

function tooLate(): AppError {
  return new AppError('unauthenticated', 'The code has expired before it was confirmed.', { hint: AGAIN });
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
