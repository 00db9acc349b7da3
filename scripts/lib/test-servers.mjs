import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from './apply-migrations.mjs';
import { removeDataFolder } from './postgres-account.mjs';
import { startPostgres } from './postgres.mjs';
import { passableFolder } from './project.mjs';
import { identify } from './process-identity.mjs';
import { startRedis } from './redis.mjs';
import { removeAbandoned } from './remove-abandoned.mjs';
import { writeState } from './state-file.mjs';

/** The data of a test run does not have to survive a crash of the machine. */
const fastSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  // Large enough that no checkpoint or on-disk sort slows a spec that fills a million rows.
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  maintenance_work_mem: '256MB',
};

/** A migrated database, which specs copy: migrating each of theirs would take several times as long. */
const templateName = 'proctor_test_template';

/** As which the services connect to the databases of specs. */
export const testServiceRole = { user: 'proctor_service', password: 'services in tests' };

/**
 * Starts one Postgres and one Redis for a test run on free ports, with data in a folder of their own, after removing
 * what killed runs left behind.
 * @returns {Promise<{ env: Record<string, string>, describe: string, stop: () => Promise<void> }>} `env`: for the specs
 */
export async function startTestServers() {
  await removeAbandoned(/^test-\d+$/, (folder) => removeDataFolder(join(folder, 'postgres')));
  const dir = passableFolder(`test-${process.pid}`);
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
  const stop = async () => {
    await Promise.all([postgres.remove(), redis.stop()]);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await createTemplate(postgres);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env: {
      PROCTOR_TEST_POSTGRES_URL: postgres.url('postgres'),
      PROCTOR_TEST_POSTGRES_TEMPLATE: templateName,
      PROCTOR_TEST_REDIS_ADDRESS: redis.address,
    },
    describe: `Postgres ${postgres.major} on ${postgres.port}, Redis ${redis.version} on ${redis.port}`,
    stop,
  };
}

/** @param {{ url(database: string): string }} postgres */
async function createTemplate(postgres) {
  const { default: pg } = await import('pg'); // not installed yet when a bare clone loads this module
  const db = new pg.Client({ connectionString: postgres.url('postgres') });
  await db.connect();
  try {
    await db.query(`create database ${templateName}`);
    await migrate({ connectionString: postgres.url(templateName), service: testServiceRole });
    // A database cannot be copied while a session uses it.
    await db.query(`alter database ${templateName} with allow_connections false`);
  } finally {
    await db.end();
  }
}
