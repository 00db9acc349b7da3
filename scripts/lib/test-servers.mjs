import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeDataFolder } from './postgres-account.mjs';
import { startPostgres } from './postgres.mjs';
import { proctorFolder } from './project.mjs';
import { identify, isRunning } from './process-identity.mjs';
import { startRedis } from './redis.mjs';
import { readState, stopRecorded, writeState } from './state-file.mjs';

/** Postgres need not survive a power cut here. */
const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

/**
 * Starts one Postgres and one Redis for a test run on free ports, with data in a folder of their own. What runs
 * that were killed have left behind is cleaned away first.
 * @returns {Promise<{ env: Record<string, string>, describe: string, stop: () => Promise<void> }>} `env`: for the specs
 */
export async function startTestServers() {
  await removeLeftovers();
  const dir = proctorFolder(`test-${process.pid}`);
  const stateFile = join(dir, 'state.json');
  const starter = identify(process.pid);
  const record = (/** @type {import('./state-file.mjs').RecordedProcess[]} */ ...processes) =>
    writeState(stateFile, { ...(starter ? { starter } : {}), ports: {}, processes });
  record();
  const redis = await startRedis({ dir: join(dir, 'redis'), appendonly: false });
  record({ name: 'redis', ...redis.process.identity });
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), settings: fastSettings }).catch(
    async (error) => {
      await redis.stop();
      throw error;
    },
  );
  record({ name: 'redis', ...redis.process.identity }, { name: 'postgres', ...postgres.process.identity });
  return {
    env: { PROCTOR_TEST_POSTGRES_URL: postgres.url('postgres'), PROCTOR_TEST_REDIS_ADDRESS: redis.address },
    describe: `Postgres ${postgres.major} on ${postgres.port}, Redis ${redis.version} on ${redis.port}`,
    async stop() {
      await Promise.all([postgres.remove(), redis.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function removeLeftovers() {
  for (const name of readdirSync(proctorFolder())) {
    if (!/^test-\d+$/.test(name)) continue;
    const dir = proctorFolder(name);
    const { starter, processes } = readState(join(dir, 'state.json'));
    if (isRunning(starter)) continue;
    await stopRecorded(processes);
    removeDataFolder(join(dir, 'postgres'));
    rmSync(dir, { recursive: true, force: true });
  }
}
