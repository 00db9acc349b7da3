import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem, type System } from '../support/system.js';

describe('cancel', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ workers: 2 });
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);

  it('stops the running container and keeps its log; is refused once the execution has ended', async () => {
    const { id, name } = await system.api.run('echo begun; exec sleep 600');
    await system.api.waitForStatus(id, 'POD_READY');
    expect((await system.api.cancel(id)).status).toBe(200);
    expect(await system.api.end(id, 60_000)).toMatchObject({
      status: 'CANCELLED',
      reason: `cancelled by ${system.api.identity.email}`,
    });
    expect(await system.api.log(id)).toBe('begun\n');
    const [run] = system.sandbox.history().filter((record) => record.jobName === name);
    expect(run).toMatchObject({ killed: true });
    expect(run?.endedAt).not.toBeNull();
    expect((await system.api.cancel(id)).status).toBe(409);
  }, 90_000);

  it('leaves no container and gives no wrong answer during the launch, a thousand times', async () => {
    const total = 1_000;
    const atOnce = 40;
    const ids = new Map<number, string>();
    let started = 0;
    const one = async () => {
      while (started++ < total) {
        // 0 to 120 ms after the request: before the claim, in the create, before the Secret, while it starts.
        const delayMs = Math.random() * 120;
        const { id, name } = await system.api.run('exec sleep 300');
        ids.set(id, name);
        await sleep(delayMs);
        const reply = await system.api.cancel(id);
        expect([200, 409]).toContain(reply.status);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    expect(ids.size).toBe(total);
    for (const id of ids.keys())
      expect(await system.api.end(id, 120_000)).toMatchObject({ status: 'CANCELLED' });
    const rows = await system.query(
      'select status, count(*)::int as n from execution where id = any($1) group by 1',
      [[...ids.keys()]],
    );
    expect(rows).toEqual([{ status: 'CANCELLED', n: total }]);
    const names = new Set(ids.values());
    const runs = system.sandbox.history().filter(({ jobName }) => names.has(jobName));
    expect(runs.filter(({ endedAt }) => endedAt === null)).toEqual([]);
    expect(new Set(runs.map(({ jobName }) => jobName)).size).toBe(runs.length);
  }, 300_000);
});
