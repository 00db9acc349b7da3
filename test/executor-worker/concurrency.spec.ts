import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountsStore, type Database } from '@app/database';
import { ApiClient } from '../support/api-client.js';
import { openDatabase } from '../support/stores.js';
import { startSystem, type System } from '../support/system.js';

const PROC = 'one-at-a-time';
const USERS = ['ada', 'bob', 'eve', 'kim', 'lin'];
const SUBMISSIONS = 50;
const BETWEEN_KILLS_MS = 4_000;

describe('a proc with a concurrency limit of 1', () => {
  let system: System;
  let database: Database;
  beforeAll(async () => {
    system = await startSystem({ workers: 2 });
    database = openDatabase(system.databaseUrl(), 2);
    await system.api.registerScriptProc({ concurrency: { limit: 1, when_full: 'queue' } }, PROC);
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await system?.stop();
  }, 60_000);

  async function clientOf(name: string): Promise<ApiClient> {
    const email = `${name}@example.com`;
    const token = await new AccountsStore(database).createAccount({ email, name, groups: [] }, 'test');
    if (token === null) throw new Error(`${email} is there already`);
    return new ApiClient(system.gatewayUrl, { email, token });
  }

  /** Kills the workers in turn and starts another for each, until it is told to stop. */
  async function killWorkers(stop: AbortSignal): Promise<number> {
    let kills = 0;
    const alive = [...system.workers];
    for (;;) {
      await sleep(BETWEEN_KILLS_MS, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return kills;
      const victim = alive.shift();
      victim?.kill('SIGKILL');
      await victim?.exited;
      alive.push(await system.startWorker());
      kills += 1;
    }
  }

  it('never runs two executions at once, and ends all 50, while workers are killed', async () => {
    const clients = await Promise.all(USERS.map(clientOf));
    const submitted = await Promise.all(
      Array.from({ length: SUBMISSIONS }, (_, n) =>
        clients[n % clients.length]!.run(`echo begin ${n}; sleep 0.3; echo end ${n}`, PROC),
      ),
    );
    const stop = new AbortController();
    const killing = killWorkers(stop.signal);
    try {
      for (const [n, { id }] of submitted.entries()) {
        expect(await system.api.end(id, 600_000)).toMatchObject({ status: 'FINISHED', exit_code: 0 });
        expect(await system.api.log(id)).toBe(`begin ${n}\nend ${n}\n`);
      }
    } finally {
      stop.abort();
      expect(await killing).toBeGreaterThan(1);
    }

    const names = submitted.map(({ name }) => name);
    const runs = system.sandbox
      .history()
      .filter(({ jobName }) => names.includes(jobName))
      .map(({ jobName, startedAt, endedAt }) => ({
        jobName,
        startedAtMs: Date.parse(startedAt),
        endedAtMs: Date.parse(endedAt ?? ''),
      }))
      .sort((a, b) => a.startedAtMs - b.startedAtMs);
    expect(runs.map(({ jobName }) => jobName).sort()).toEqual([...names].sort());
    const overlaps = runs.filter((run, i) => i > 0 && !(run.startedAtMs >= (runs[i - 1]?.endedAtMs ?? NaN)));
    expect(overlaps).toEqual([]);
  }, 660_000);
});
