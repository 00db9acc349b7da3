import { join } from 'node:path';
import { migrate } from './apply-migrations.mjs';
import { portNear } from './free-port.mjs';
import { startPostgres } from './postgres.mjs';
import { postgresUrl, postgresUrlFromEnv } from './postgres-url.mjs';
import { step } from './progress.mjs';
import { proctorFolder } from './project.mjs';
import { openServiceLog } from './service-log.mjs';

const database = 'proctor';

/**
 * Uses the Postgres in PROCTOR_POSTGRES_HOST, or starts our own and keeps it running; then migrates the database.
 * @param {import('./stack.mjs').Stack} stack @returns {Promise<Record<string, string>>} variables for the services
 */
export async function bringUpPostgres(stack) {
  if (process.env.PROCTOR_POSTGRES_HOST) {
    const { PROCTOR_POSTGRES_HOST: host, PROCTOR_POSTGRES_PORT: port = '5432' } = process.env;
    await migrateDatabase(postgresUrlFromEnv(process.env), `migrate the database at ${host}:${port}`);
    return {
      PROCTOR_POSTGRES_USER: process.env.PROCTOR_POSTGRES_USER || 'proctor',
      PROCTOR_POSTGRES_DATABASE: process.env.PROCTOR_POSTGRES_DATABASE || database,
    };
  }
  const log = openServiceLog('postgres', { isShown: false });
  const port = await portNear(stack.record.port('postgres'));
  const dataDir = join(proctorFolder(), 'postgres');
  const postgres = await step('start Postgres', async (note) => {
    const launch = () =>
      startPostgres({ dataDir, port, log: log.write, settings: { max_connections: '300' } });
    const started = await stack.supervisor.keep({ name: 'postgres', launch, port, logFile: log.file });
    await createDatabaseIfMissing(started);
    note(`${started.how} ${started.major}, port ${port}`);
    if (started.folder !== dataDir) note(`data in ${started.folder}`);
    return started;
  });
  stack.record.setPort('postgres', port);
  await migrateDatabase(postgres.url(database), 'migrate the database');
  return {
    PROCTOR_POSTGRES_HOST: postgres.host,
    PROCTOR_POSTGRES_PORT: String(port),
    PROCTOR_POSTGRES_USER: postgres.user,
    PROCTOR_POSTGRES_PASSWORD: postgres.password,
    PROCTOR_POSTGRES_DATABASE: database,
  };
}

/** @param {string} connectionString @param {string} title */
function migrateDatabase(connectionString, title) {
  return step(title, async (note) => {
    /** @type {string[]} */
    const lines = [];
    const applied = await migrate({ connectionString, log: (line) => lines.push(line) });
    note(lines.length > 0 && lines.length <= 3 ? lines.join(', ') : `${applied.length} applied`);
  });
}

/** @param {import('./postgres.mjs').RunningPostgres} server */
async function createDatabaseIfMissing(server) {
  const { default: pg } = await import('pg');
  const db = new pg.Client({ connectionString: postgresUrl(server, 'postgres') });
  await db.connect();
  try {
    const { rowCount } = await db.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await db.query(`create database ${database}`);
  } finally {
    await db.end();
  }
}
