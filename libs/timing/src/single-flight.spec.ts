import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from './single-flight.js';

describe('SingleFlight', () => {
  it('shares one run among all callers that arrive while it runs', async () => {
    let runs = 0;
    const flight = new SingleFlight<number>();
    const work = async () => (runs += 1);
    expect(flight.isRunning).toBe(false);
    const results = [flight.run(work), flight.run(work)];
    expect(flight.isRunning).toBe(true);
    expect(await Promise.all(results)).toEqual([1, 1]);
    expect(flight.isRunning).toBe(false);
    expect(await flight.run(work)).toBe(2);
  });

  it('shares a failure too, and runs again after it', async () => {
    const flight = new SingleFlight<string>();
    const fail = () => Promise.reject(new Error('failed'));
    const results = await Promise.allSettled([flight.run(fail), flight.run(async () => 'not run')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flight.run(async () => 'done')).toBe('done');
  });
});
