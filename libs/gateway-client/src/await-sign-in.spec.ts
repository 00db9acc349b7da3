import type { PollSignInReply } from '@app/contract';
import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { awaitSignIn } from './await-sign-in.js';

/** A clock that only sleeping advances. */
function script(replies: Array<PollSignInReply | AppError>) {
  const sleepsMs: number[] = [];
  const poll = async (): Promise<PollSignInReply> => {
    const reply = replies.shift() ?? { status: 'pending' };
    if (reply instanceof AppError) throw reply;
    return reply;
  };
  const run = async () =>
    await awaitSignIn(
      poll,
      { interval_seconds: 5, expires_in_seconds: 60 },
      {
        sleep: async (ms) => void sleepsMs.push(ms),
        now: () => sleepsMs.reduce((sum, ms) => sum + ms, 0),
      },
    );
  return { run, sleepsMs };
}

const done: PollSignInReply = { status: 'signed_in', token: 't' };

describe('awaitSignIn', () => {
  it('polls at the interval, five seconds slower after each slow_down', async () => {
    const { run, sleepsMs } = script([
      { status: 'pending' },
      { status: 'slow_down' },
      { status: 'pending' },
      done,
    ]);
    expect(await run()).toEqual(done);
    expect(sleepsMs).toEqual([5000, 5000, 10_000, 10_000]);
  });

  it('continues while the gateway is unavailable or busy', async () => {
    const { run } = script([new AppError('unavailable', ''), new AppError('too_many_requests', ''), done]);
    expect(await run()).toEqual(done);
  });

  it('ends when the code has expired, even if the gateway does not report it', async () => {
    const { run, sleepsMs } = script([]);
    await expect(run()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(sleepsMs.length).toBe(12);
  });

  it.each<[PollSignInReply | AppError, string]>([
    [{ status: 'denied' }, 'unauthenticated'],
    [{ status: 'expired' }, 'unauthenticated'],
    [{ status: 'signed_in' }, 'unavailable'],
    [new AppError('not_found', ''), 'not_found'],
  ])('ends at once for %j', async (reply, code) => {
    const { run, sleepsMs } = script([reply]);
    await expect(run()).rejects.toMatchObject({ code });
    expect(sleepsMs).toEqual([5000]);
  });
});
