import { describe, expect, it } from '@jest/globals';
import { RunnerRefusedError, RunnerUnavailableError } from '@app/runner';
import { unavailable } from './testing/fake-records.js';
import { whileUnavailable } from './while-unavailable.js';

const never = new AbortController().signal;

describe('whileUnavailable', () => {
  it.each([
    ['Postgres', unavailable()],
    ['the cluster', new RunnerUnavailableError('away')],
  ])('retries while %s is unavailable', async (_name, error) => {
    let tries = 0;
    const waits: Error[] = [];
    const work = async () => {
      if (++tries < 3) throw error;
      return 'done';
    };
    expect(await whileUnavailable(work, never, (waited) => waits.push(waited))).toBe('done');
    expect([tries, waits]).toEqual([3, [error, error]]);
  });

  it.each([new Error('a bug'), new RunnerRefusedError('forbidden')])('throws at once: %p', async (error) => {
    let tries = 0;
    const work = async () => {
      tries++;
      throw error;
    };
    await expect(whileUnavailable(work, never)).rejects.toBe(error);
    expect(tries).toBe(1);
  });

  it('neither starts nor continues after an abort', async () => {
    const stop = new AbortController();
    let tries = 0;
    const work = async () => {
      tries++;
      throw unavailable();
    };
    const waiting = whileUnavailable(work, stop.signal, () => setImmediate(() => stop.abort('over')));
    await expect(waiting).rejects.toBe('over');
    await expect(whileUnavailable(work, stop.signal)).rejects.toBe('over');
    expect(tries).toBe(1);
  });
});
