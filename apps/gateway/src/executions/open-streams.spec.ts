import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@app/platform';
import { OpenStreams } from './open-streams.js';

const log = createLogger({ service: 'test', level: 'info', destination: { write: () => {} } });
const DAY_MS = 24 * 3_600_000;

describe('OpenStreams', () => {
  const streams = new OpenStreams(log);
  const add = (acceptedUntil: Date | null) =>
    streams.add({ authorize: async () => undefined, acceptedUntil });
  afterEach(() => streams.closeAll());

  it('ends a stream when the credential of its viewer stops being accepted, however far away that is', async () => {
    const [soon, past] = [add(new Date(Date.now() + 100)), add(new Date(0))];
    const [far, never] = [add(new Date(Date.now() + 60 * DAY_MS)), add(null)];
    await sleep(20);
    expect([past, soon, far, never].map(({ signal }) => signal.aborted)).toEqual([true, false, false, false]);
    await new Promise((resolve) => soon.signal.addEventListener('abort', resolve));
    expect(soon.signal.reason).toMatchObject({ code: 1008, message: expect.stringContaining('expired') });
    expect([far, never].map(({ signal }) => signal.aborted)).toEqual([false, false]);
    expect(streams.count()).toBe(2);
  });
});
