import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from './apply-migrations.mjs';
import { portNear } from './free-port.mjs';
import { readOrCreateSecret } from './kept-secrets.mjs';
import { startPostgres } from './postgres.mjs';
import { postgresTlsFromEnv } from './postgres-tls.mjs';
import { postgresUrl, postgresUrlFromEnv, serviceRoleFromEnv } from './postgres-url.mjs';
import { say, step } from './progress.mjs';
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
    const service = serviceRoleFromEnv(process.env);
    await migrateDatabase(
      {
        connectionString: postgresUrlFromEnv(process.env),
        tls: postgresTlsFromEnv(process.env),
        service,
      },
      `migrate the database at ${host}:${port}`,
    );
    return {
      PROCTOR_POSTGRES_USER: service.user,
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
  const service = {
    user: 'proctor_service',
    password: readOrCreateSecret('postgres-service.password', () => randomBytes(24).toString('base64url')),
  };
  await migrateDatabase({ connectionString: postgres.url(database), service }, 'migrate the database');
  return {
    PROCTOR_POSTGRES_HOST: postgres.host,
    PROCTOR_POSTGRES_PORT: String(port),
    PROCTOR_POSTGRES_USER: service.user,
    PROCTOR_POSTGRES_PASSWORD: service.password,
    PROCTOR_POSTGRES_DATABASE: database,
  };
}

/** @param {Pick<Parameters<typeof migrate>[0], 'connectionString' | 'tls' | 'service'>} target @param {string} title */
async function migrateDatabase(target, title) {
  /** @type {string[]} */
  const lines = [];
  await step(title, async (note) => {
    const applied = await migrate({ ...target, log: (line) => lines.push(line) });
    const notes = lines.filter(isNote);
    note(notes.length > 0 && notes.length <= 3 ? notes.join(', ') : `${applied.length} applied`);
  });
  for (const line of lines) if (!isNote(line)) say(line);
}

/** Advice has several lines. @param {string} line */
const isNote = (line) => !line.includes('\n');

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
