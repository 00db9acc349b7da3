import { describe, expect, it } from '@jest/globals';
import { RunnerUnavailableError } from '../runner.js';
import { KubeStatusError } from './api-outcome.js';
import { CreateGate } from './create-gate.js';

const tooMany = (retryAfterMs: number) =>
  new RunnerUnavailableError('busy', {
    cause: new KubeStatusError(429, 'TooManyRequests', 'slow down', retryAfterMs),
  });

/** Creates that a test ends by hand. */
function startCreates(gate: CreateGate, count: number) {
  const running: { succeed: () => void; fail: (error: Error) => void }[] = [];
  const outcomes = Array.from({ length: count }, () =>
    gate.run(() => new Promise<void>((succeed, fail) => running.push({ succeed, fail }))),
  );
  return { running, all: Promise.allSettled(outcomes) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('CreateGate', () => {
  it('lets a bounded number run, and the next when one ends', async () => {
    const gate = new CreateGate();
    const { running, all } = startCreates(gate, 70);
    await turn();
    expect(running).toHaveLength(64);
    running[0]!.succeed();
    running[1]!.fail(new Error('refused'));
    await turn();
    expect(running).toHaveLength(66);
    for (let n = 2; n < 70; n += 1) {
      running[n]!.succeed();
      await turn();
    }
    await all;
  });

  it('halves the number after a 429, once for all that were under way, and grows again with successes', async () => {
    const gate = new CreateGate();
    const { running, all } = startCreates(gate, 64);
    await turn();
    for (const { fail } of running) fail(tooMany(0));
    await all;
    expect(gate.limit).toBe(32);
    for (let n = 0; n < 64; n += 1) await gate.run(() => Promise.resolve());
    expect(gate.limit).toBe(33);
    for (let n = 0; n < 9; n += 1) {
      await gate.run(() => Promise.reject(tooMany(0))).catch(() => undefined);
    }
    expect(gate.limit).toBe(1);
  });

  it('waits as long as the server says, and as others fail for other reasons, not at all', async () => {
    const gate = new CreateGate();
    await gate.run(() => Promise.reject(new KubeStatusError(500, '', 'broken'))).catch(() => undefined);
    expect(gate.limit).toBe(64);
    await gate.run(() => Promise.reject(tooMany(150))).catch(() => undefined);
    const refusedAtMs = performance.now();
    await gate.run(() => Promise.resolve());
    expect(performance.now() - refusedAtMs).toBeGreaterThan(140);
  });

  it('gives the turn of one that no longer waits to the next', async () => {
    const gate = new CreateGate();
    const { running, all } = startCreates(gate, 64);
    await turn();
    const stopping = new AbortController();
    const given = gate.run(() => Promise.resolve('late'), stopping.signal);
    const next = gate.run(() => Promise.resolve('next'));
    await turn();
    stopping.abort(new Error('cancelled'));
    await expect(given).rejects.toThrow('cancelled');
    running[0]!.succeed();
    expect(await next).toBe('next');
    for (const { succeed } of running) succeed();
    await all;
  });
});
