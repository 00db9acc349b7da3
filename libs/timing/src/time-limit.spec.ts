import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { timeLimit } from './time-limit.js';

describe('timeLimit', () => {
  it('aborts after its time, also if memory was collected before', async () => {
    const aborted: unknown[] = [];
    timeLimit(100, new AbortController().signal).signal.addEventListener('abort', (event) =>
      aborted.push(event.type),
    );
    await sleep(10);
    setFlagsFromString('--expose_gc');
    (runInNewContext('gc') as () => void)();
    await sleep(200);
    expect(aborted).toEqual(['abort']);
  });

  it('aborts as AbortSignal.timeout does, also without another signal', async () => {
    const { signal } = timeLimit(5);
    await sleep(30);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts with the signal that it is given', () => {
    const stop = new AbortController();
    const { signal, clear } = timeLimit(60_000, stop.signal);
    stop.abort('over');
    clear();
    expect(signal.reason).toBe('over');
  });
});
