import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '../../scripts/lib/apply-migrations.mjs';
import { lockHolder, tryLock } from '../../scripts/lib/file-lock.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { identify, isRunning, signalProcess, waitForEnd } from '../../scripts/lib/process-identity.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { readState, stopRecorded, writeState } from '../../scripts/lib/state-file.mjs';
import {
  createDatabase,
  freePort,
  query,
  startOwnPostgres,
  startOwnRedis,
  tempDir,
  type OwnPostgres,
  type OwnRedis,
} from '../support/servers.js';

const folder = tempDir();
afterAll(() => folder.remove());

/** A process that runs until it is killed. */
async function sleeper() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    detached: true,
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('spawn', resolve));
  return { child, identity: identify(child.pid!)! };
}

describe('startPostgres', () => {
  let postgres: OwnPostgres;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
  }, 60_000);
  afterAll(() => postgres.remove());

  const count = async () =>
    (await query<{ n: number }>(postgres.url('postgres'), 'select count(*)::int n from kept'))[0]!.n;

  it('continues with its data on the same port after a stop and after kill -9', async () => {
    await query(postgres.url('postgres'), 'create table kept as select 1 as one');
    await postgres.stop();
    await expect(count()).rejects.toThrow(/ECONNREFUSED/);
    await postgres.start();
    expect(await count()).toBe(1);

    await query(postgres.url('postgres'), 'insert into kept values (2)');
    await postgres.kill('SIGKILL');
    await postgres.start();
    expect(await count()).toBe(2);
  }, 60_000);

  it('refuses a wrong password', async () => {
    const url = new URL(postgres.url('postgres'));
    url.password = 'guessed';
    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('listens on loopback only', async () => {
    const [row] = await query<{ listen_addresses: string }>(
      postgres.url('postgres'),
      'show listen_addresses',
    );
    expect(row!.listen_addresses).toBe('127.0.0.1');
  });

  it('names the port that is taken', async () => {
    const dir = tempDir();
    try {
      const second = startPostgres({ dataDir: join(dir.path, 'second'), port: postgres.port });
      await expect(second).rejects.toThrow(`port ${postgres.port} on 127.0.0.1 is taken`);
    } finally {
      dir.remove();
    }
  }, 30_000);
});

describe('startPostgres from the npm package', () => {
  it('works without Postgres on the machine', async () => {
    const postgres = await startOwnPostgres({ binaries: 'embedded' });
    try {
      const [row] = await query<{ version: string }>(postgres.url('postgres'), 'select version()');
      expect(row!.version).toMatch(/^PostgreSQL 18/);
    } finally {
      await postgres.remove();
    }
  }, 60_000);
});

describe('startRedis', () => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await startOwnRedis({ password: 'with "quotes" and \\' });
  }, 240_000);
  afterAll(() => redis.remove());

  it('starts again on the same port after kill -9', async () => {
    const before = redis.pid();
    await redis.kill('SIGKILL');
    await redis.start();
    expect(redis.pid()).not.toBe(before);
  });

  it('names the port that is taken', async () => {
    const second = startRedis({ dir: join(folder.path, 'second-redis'), port: redis.port });
    await expect(second).rejects.toThrow(`port ${redis.port} on 127.0.0.1 is taken`);
  });

  it('keeps its files to itself, and closes those that an earlier version left open', async () => {
    const dir = join(folder.path, 'open-redis');
    mkdirSync(join(dir, 'appendonlydir'), { recursive: true });
    writeFileSync(join(dir, 'appendonlydir', 'earlier.aof'), 'the queue', { mode: 0o644 });
    chmodSync(dir, 0o711);
    const server = await startRedis({ dir });
    try {
      const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name));
      expect(paths.filter((path) => path.endsWith('.aof')).length).toBeGreaterThan(1);
      expect([dir, ...paths].filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
    } finally {
      await server.stop();
    }
  }, 30_000);
});

describe('migrate', () => {
  const migrations = join(folder.path, 'migrations');
  const write = (name: string, sql: string) => {
    mkdirSync(join(migrations, name), { recursive: true });
    writeFileSync(join(migrations, name, 'migration.sql'), sql);
  };
  beforeAll(() => write('1_first', 'create table first (id int); insert into first values (1);'));

  it('applies each migration once, even if several processes migrate at once', async () => {
    const database = await createDatabase({ migrated: false });
    const run = () => migrate({ connectionString: database.url, dir: migrations });
    try {
      const results = await Promise.all([run(), run(), run()]);
      expect(results.flat()).toEqual(['1_first']);
      expect(await run()).toEqual([]);
      expect(await query(database.url, 'select id from first')).toEqual([{ id: 1 }]);
    } finally {
      await database.drop();
    }
  });

  it('rolls back a migration that fails, and refuses to continue', async () => {
    const database = await createDatabase({ migrated: false });
    write('2_broken', 'create table second (id int); select nonsense();');
    const run = () => migrate({ connectionString: database.url, dir: migrations });
    try {
      await expect(run()).rejects.toThrow(/2_broken failed \(P3018\): function nonsense\(\) does not exist/);
      await expect(run()).rejects.toThrow(/P3009.*2_broken: function nonsense/);
      expect(await query(database.url, `select to_regclass('second') as made`)).toEqual([{ made: null }]);
    } finally {
      rmSync(join(migrations, '2_broken'), { recursive: true });
      await database.drop();
    }
  });

  it('refuses a database that holds tables of another program', async () => {
    const database = await createDatabase({ migrated: false });
    try {
      await query(database.url, 'create table theirs (id int)');
      const run = migrate({ connectionString: database.url, dir: migrations });
      await expect(run).rejects.toThrow(/tables of another program \(P3005\): theirs/);
    } finally {
      await database.drop();
    }
  });

  it('applies the migrations of this project', async () => {
    const database = await createDatabase({ migrated: false });
    try {
      await migrate({ connectionString: database.url });
      const [row] = await query(database.url, `select count(*)::int as executions from execution`);
      expect(row).toEqual({ executions: 0 });
    } finally {
      await database.drop();
    }
  });

  it('reports that the server does not answer', async () => {
    const closedPort = `postgresql://proctor:x@127.0.0.1:${await freePort()}/proctor`;
    await expect(migrate({ connectionString: closedPort })).rejects.toThrow(
      /cannot connect to Postgres at 127.0.0.1/,
    );
  });
});

describe('the state file of npm start', () => {
  const file = join(folder.path, 'state.json');

  it('stops exactly the recorded processes', async () => {
    const one = await sleeper();
    writeState(file, { ports: { postgres: 5 }, processes: [{ name: 'gateway', ...one.identity }] });
    const state = readState(file);
    expect(state.ports).toEqual({ postgres: 5 });
    expect(await stopRecorded(state.processes)).toEqual(['gateway']);
    expect(isRunning(one.identity)).toBe(false);
    expect(await stopRecorded(state.processes)).toEqual([]);
  });

  it('does not signal a process that was given the id of one of ours', async () => {
    const stranger = await sleeper();
    const earlier = { pid: stranger.identity.pid, startStamp: 'an earlier boot/1234' };
    try {
      expect(await stopRecorded([{ name: 'gateway', ...earlier }])).toEqual([]);
      expect(signalProcess(earlier, 'SIGKILL')).toBe(false);
      expect(isRunning(stranger.identity)).toBe(true);
    } finally {
      stranger.child.kill('SIGKILL');
    }
    expect(await waitForEnd(stranger.identity, 5_000)).toBe(true);
  });

  it('ignores a damaged file', () => {
    writeFileSync(file, '{"processes": [{"pid": 1');
    expect(readState(file)).toEqual({ ports: {}, processes: [] });
  });
});

describe('tryLock', () => {
  const file = join(folder.path, 'start.lock');

  it('refuses a second start while the first runs', () => {
    const first = tryLock(file);
    expect(first).toBeDefined();
    expect(tryLock(file)).toBeUndefined();
    expect(lockHolder(file)?.pid).toBe(process.pid);
    first!.release();
    const next = tryLock(file);
    expect(next).toBeDefined();
    next!.release();
  });

  it('takes a lock whose holder was killed', async () => {
    const dead = await sleeper();
    dead.child.kill('SIGKILL');
    await waitForEnd(dead.identity, 5_000);
    writeFileSync(file, JSON.stringify(dead.identity));
    const lock = tryLock(file);
    expect(lock).toBeDefined();
    lock!.release();
  });
});
