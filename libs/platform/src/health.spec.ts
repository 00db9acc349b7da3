import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HealthRegistry, httpStatusOfHealth } from './health.js';

const fine = async () => undefined;
const broken = async () => {
  throw new Error('connection refused\n    and more');
};

describe('HealthRegistry', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is ok when every check is', async () => {
    const report = await new HealthRegistry().add('postgres', 'required', fine).report();
    expect(report).toEqual({ status: 'ok', checks: { postgres: { status: 'ok' } } });
  });

  it('is degraded, but still serves, if only an optional check fails', async () => {
    const health = new HealthRegistry().add('postgres', 'required', fine).add('redis', 'optional', broken);
    const report = await health.report();
    expect(report.status).toBe('degraded');
    expect(report.checks.redis).toEqual({ status: 'failing', message: 'connection refused' });
    expect(httpStatusOfHealth(report)).toBe(200);
  });

  it('is unavailable when a required check fails, or while it drains', async () => {
    const failing = await new HealthRegistry().add('postgres', 'required', broken).report();
    expect(failing.status).toBe('unavailable');
    expect(httpStatusOfHealth(failing)).toBe(503);

    const draining = new HealthRegistry().add('postgres', 'required', fine);
    await draining.report();
    draining.drain();
    expect((await draining.report()).status).toBe('unavailable');
  });

  it('reports a check that throws at once like any other failure', async () => {
    const report = await new HealthRegistry()
      .add('postgres', 'required', () => {
        throw new Error('no client');
      })
      .report();
    expect(report.checks.postgres?.message).toBe('no client');
  });

  it('times out a check, and does not start it again while it runs', async () => {
    let started = 0;
    let now = 0;
    const aborted: boolean[] = [];
    const health = new HealthRegistry({ now: () => now }).add('postgres', 'required', (signal) => {
      started += 1;
      signal.addEventListener('abort', () => aborted.push(true));
      return new Promise(() => undefined);
    });
    for (let round = 0; round < 2; round += 1) {
      const report = health.report();
      await jest.advanceTimersByTimeAsync(1_000);
      expect((await report).checks.postgres?.message).toBe('no answer within 1000 ms');
      now += 2_000;
    }
    expect(started).toBe(1);
    expect(aborted).toEqual([true]);
  });

  it('reuses a recent report and checks again once it is old', async () => {
    let now = 0;
    let asked = 0;
    const health = new HealthRegistry({ now: () => now }).add('redis', 'optional', async () => {
      asked += 1;
    });
    await health.report();
    now = 999;
    await health.report();
    expect(asked).toBe(1);
    now = 1_000;
    await health.report();
    expect(asked).toBe(2);
  });
});
