import { describe, expect, it } from '@jest/globals';
import { retry, type RetryOptions } from './retry.js';

class Away extends Error {}

const options = (more: Partial<RetryOptions> = {}): RetryOptions => ({
  isTransient: (error) => error instanceof Away,
  delayMs: () => 0,
  signal: new AbortController().signal,
  ...more,
});

describe('retry', () => {
  it('repeats the work while its errors are transient', async () => {
    const delays: number[] = [];
    const waitedFor: unknown[] = [];
    const errors = [new Away('first'), new Away('second')];
    const left = [...errors];
    const work = async () => {
      const error = left.shift();
      if (error) throw error;
      return 'done';
    };
    const delayMs = (retries: number) => {
      delays.push(retries);
      return 0;
    };
    const result = await retry(work, options({ delayMs, onRetry: (error) => waitedFor.push(error) }));
    expect([result, delays, waitedFor]).toEqual(['done', [0, 1], errors]);
  });

  it('throws any other error at once', async () => {
    let attempts = 0;
    const bug = new Error('a bug');
    const work = async () => {
      attempts += 1;
      throw bug;
    };
    await expect(retry(work, options())).rejects.toBe(bug);
    expect(attempts).toBe(1);
  });

  it('throws the abort reason before an attempt, after a failed one, and while it waits', async () => {
    let attempts = 0;
    let waits = 0;
    const stop = new AbortController();
    const { signal } = stop;
    const work = async () => {
      attempts += 1;
      if (attempts === 2) stop.abort('over');
      throw new Away();
    };
    const onRetry = () => (waits += 1);
    await expect(retry(work, options({ signal, onRetry }))).rejects.toBe('over');
    await expect(retry(work, options({ signal, onRetry }))).rejects.toBe('over');
    expect([attempts, waits]).toEqual([2, 1]);

    const other = new AbortController();
    const waiting = retry(work, options({ signal: other.signal, delayMs: () => 60_000, onRetry }));
    await Promise.resolve();
    other.abort('also over');
    await expect(waiting).rejects.toBe('also over');
  });
});
