import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@app/domain';
import { OpenStreams } from './open-streams.js';

const DAY_MS = 24 * 3_600_000;
const allow = async () => undefined;
const refuse = () => Promise.reject(new AppError('unauthenticated', 'revoked'));

describe('OpenStreams', () => {
  let nowMs: number;
  let streams: OpenStreams;
  beforeEach(() => {
    nowMs = 0;
    streams = new OpenStreams({ debug: () => undefined }, () => nowMs);
  });
  afterEach(() => streams.closeAll());
  const add = (authorize: () => Promise<unknown>, acceptedUntil: Date | null = null) =>
    streams.add({ authorize, acceptedUntil });

  it('ends a stream when the credential of its viewer stops being accepted, however far away that is', async () => {
    const [soon, past] = [add(allow, new Date(Date.now() + 100)), add(allow, new Date(0))];
    const [far, never] = [add(allow, new Date(Date.now() + 60 * DAY_MS)), add(allow)];
    await sleep(20);
    expect([past, soon, far, never].map(({ signal }) => signal.aborted)).toEqual([true, false, false, false]);
    await new Promise((resolve) => soon.signal.addEventListener('abort', resolve));
    expect(soon.signal.reason).toMatchObject({ code: 1008, message: expect.stringContaining('expired') });
    expect([far, never].map(({ signal }) => signal.aborted)).toEqual([false, false]);
    expect(streams.count()).toBe(2);
  });

  it('ends those whose viewers are refused, and no others', async () => {
    const [refused, allowed] = [add(refuse), add(allow)];
    const failing = add(() => Promise.reject(new Error('the database is away')));
    await streams.reauthorize();
    expect([refused, allowed, failing].map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
    expect(refused.signal.reason).toMatchObject({ code: 1008 });
    expect(streams.count()).toBe(2);
  });

  it('asks again and again, but not while it still waits for the last answers', async () => {
    let asked = 0;
    let answer = () => {};
    const frequent = new OpenStreams({ debug: () => undefined }, () => nowMs, 10);
    const { signal } = frequent.add({
      authorize: async () => {
        asked += 1;
        if (asked === 1) await new Promise<void>((resolve) => (answer = resolve));
        else if (asked === 3) await refuse();
      },
      acceptedUntil: null,
    });
    await sleep(60);
    expect([asked, signal.aborted]).toEqual([1, false]);
    answer();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ code: 1008 });
  });

  it('checks one that is opened right after a check: its viewer may have been admitted before', async () => {
    await streams.reauthorize();
    nowMs = 9_999;
    const late = add(refuse);
    await new Promise(setImmediate);
    expect(late.signal.aborted).toBe(true);
    nowMs = 10_000;
    const later = add(refuse);
    await new Promise(setImmediate);
    expect(later.signal.aborted).toBe(false);
  });
});
