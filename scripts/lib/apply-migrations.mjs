import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './project.mjs';
import { grantServiceRole, matchPassword } from './service-role.mjs';
import { StartError } from './start-error.mjs';

/** The advisory lock of Prisma's own engine, so that replicas, this script and the Prisma CLI wait for each other. */
const prismaLockId = 72_707_369;

/**
 * Applies prisma/migrations in order, as `prisma migrate deploy` does: with the same table, checksums and lock, so
 * both may be used on one database in any order. May be repeated and run at the same time.
 * Throws a `StartError` if the database is unreachable or holds tables of another program or a failed migration, or if
 * a migration fails, which is then marked as failed, as Prisma does.
 * @param {{ connectionString: string, tls?: import('node:tls').ConnectionOptions,
 *   service?: import('./service-role.mjs').ServiceRole, dir?: string,
 *   log?: (line: string) => void, lockTimeoutMs?: number }} options `connectionString`: of the owner of the tables; `service`:
 *   is given what the services need, and no more
 * @returns {Promise<string[]>} names of the migrations that were applied now
 */
export async function migrate({
  connectionString,
  tls,
  service,
  dir = join(projectDir, 'prisma/migrations'),
  log = () => {},
  lockTimeoutMs = 120_000,
}) {
  const migrations = readMigrations(dir);
  const db = await connect(connectionString, tls);
  try {
    await takeLock(db, lockTimeoutMs);
    await ensureHistory(db);
    const done = await readHistory(db);
    for (const name of done.keys()) {
      if (!migrations.some((migration) => migration.name === name))
        log(`${name} is applied, but missing from ${dir}`);
    }
    const applied = [];
    for (const migration of migrations) {
      const checksum = done.get(migration.name);
      if (checksum === undefined) {
        await apply(db, migration);
        applied.push(migration.name);
        log(`applied ${migration.name}`);
      } else if (checksum !== migration.checksum) {
        log(`${migration.name} was edited after it was applied`);
      }
    }
    if (service) {
      await grantServiceRole(db, service, log);
      await matchPassword(db, service, (role) => signIn(connectionString, tls, role), log);
    }
    return applied;
  } finally {
    await db.end();
  }
}

/** @typedef {{ name: string, sql: string, checksum: string }} Migration */

/** @param {string} dir @returns {Migration[]} in the order in which they are applied */
function readMigrations(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => existsSync(join(dir, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** @typedef {import('node:tls').ConnectionOptions | undefined} Tls undefined: plain text */

/** @param {string} connectionString @param {Tls} tls @returns {Promise<import('pg').Client>} */
async function connect(connectionString, tls) {
  const { default: pg } = await import('pg');
  const db = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000, ...(tls && { ssl: tls }) });
  // The query that needed a lost connection reports it. Without a listener the error would also end the process.
  db.on('error', () => {});
  try {
    await db.connect();
    return db;
  } catch (error) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
    const { hostname, port, pathname } = new URL(connectionString);
    const hints = {
      '3D000': 'Create it: createdb NAME',
      '28P01':
        'Check PROCTOR_POSTGRES_OWNER_USER and PROCTOR_POSTGRES_OWNER_PASSWORD (or, without them, _USER and _PASSWORD).',
    };
    throw new StartError(
      `cannot connect to Postgres at ${hostname}:${port}${pathname}: ${message || code}`,
      hints[/** @type {keyof typeof hints} */ (code)] ??
        (isTls(code, message)
          ? 'Check PROCTOR_POSTGRES_SSL_MODE, and that PROCTOR_POSTGRES_SSL_CA is the authority of its certificate.'
          : 'Check that Postgres is running and that the PROCTOR_POSTGRES_* variables are right.'),
      error,
    );
  }
}

/** @param {string | undefined} code @param {string} message @returns {boolean} the server was reached, but TLS failed */
const isTls = (code, message) => /CERT|TLS|SSL|SIGNATURE|EPROTO/.test(code ?? '') || / SSL /.test(message);

/** @param {string} connectionString @param {Tls} tls @param {import('./service-role.mjs').ServiceRole} role who signs in to the same database */
async function signIn(connectionString, tls, { user, password }) {
  const { default: pg } = await import('pg');
  const url = new URL(connectionString);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  const db = new pg.Client({
    connectionString: url.href,
    connectionTimeoutMillis: 10_000,
    ...(tls && { ssl: tls }),
  });
  db.on('error', () => {});
  await db.connect();
  await db.end();
}

/** @param {import('pg').Client} db @param {number} timeoutMs */
async function takeLock(db, timeoutMs) {
  await db.query(`set lock_timeout = ${timeoutMs}`);
  try {
    await db.query('select pg_advisory_lock($1)', [prismaLockId]);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== '55P03') throw error;
    throw new StartError(
      `another migration has held the lock for ${timeoutMs / 1000} s`,
      'Wait for it, or stop it.',
      error,
    );
  }
  await db.query('set lock_timeout = 0');
}

/** @param {import('pg').Client} db */
async function ensureHistory(db) {
  const { rows } = await db.query(
    `select to_regclass('_prisma_migrations') is not null as has_history,
            array(select table_name::text from information_schema.tables where table_schema = current_schema()) as tables`,
  );
  if (rows[0].has_history) return;
  if (rows[0].tables.length > 0) {
    throw new StartError(
      `the database holds tables of another program (P3005): ${rows[0].tables.slice(0, 5).join(', ')}`,
      'Set PROCTOR_POSTGRES_DATABASE to an empty database. A Proctor v2 database cannot be upgraded in place.',
    );
  }
  await db.query(
    `create table _prisma_migrations (
       id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
       migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
       started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`,
  );
}

/** @param {import('pg').Client} db @returns {Promise<Map<string, string>>} name → checksum of what is applied */
async function readHistory(db) {
  const { rows } = await db.query(
    'select migration_name, checksum, finished_at, logs from _prisma_migrations where rolled_back_at is null',
  );
  const failed = rows.filter((row) => row.finished_at === null);
  if (failed.length > 0) {
    throw new StartError(
      `an earlier migration failed (P3009): ${failed.map((row) => `${row.migration_name}: ${row.logs ?? 'interrupted'}`).join('; ')}`,
      'Repair the database, then run `npx prisma migrate resolve --rolled-back NAME` (or --applied).',
    );
  }
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/** `RAISE EXCEPTION` in a migration. */
const raisedByMigration = 'P0001';

/** @param {import('pg').Client} db @param {Migration} migration */
async function apply(db, { name, sql, checksum }) {
  const id = randomUUID();
  await db.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    // Sent without parameters, the file is one message and so one transaction, unless it opens its own.
    await db.query(sql);
  } catch (error) {
    const { message, code, hint } = /** @type {NodeJS.ErrnoException & { hint?: string }} */ (error);
    await db.query('rollback').catch(() => {}); // if the file opened its own transaction
    if (code === raisedByMigration) {
      // It has checked the data before it changed anything, and is tried again next time.
      await db.query('delete from _prisma_migrations where id = $1', [id]);
      throw new StartError(`migration ${name} cannot be applied: ${message}`, hint, error);
    }
    await db
      .query('update _prisma_migrations set logs = $2 where id = $1', [id, `${message} (${code})`])
      .catch(() => {});
    throw new StartError(`migration ${name} failed (P3018): ${message}`, undefined, error);
  }
  await db.query('update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1', [
    id,
  ]);
}
