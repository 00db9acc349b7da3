import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { StartError } from './start-error.mjs';

/** @typedef {{ user: string, password: string }} ServiceRole the role that the services connect as */

/** Marks roles that we created, whose password we therefore may set. */
const ourComment = 'Services of Proctor; created by npm run db:migrate';

const guide = 'See "Database roles" in docs/operations.md.';

/**
 * Gives the role of the services the rights that they need and no others, and creates it if it is missing. Tables that
 * refuse changes, such as the audit trail, can be read and added to. The role must not be able to get around that: throws a
 * `StartError` with the statements that mend it if the role owns tables, is a superuser, or the like. May be repeated; the
 * caller holds the lock of the migrations.
 * @param {import('pg').Client} db connected as the owner @param {ServiceRole} service
 * @param {(line: string) => void} log
 */
export async function grantServiceRole(db, service, log) {
  const { rows } = await db.query('select current_user as owner, current_schema() as schema');
  const { owner, schema } = rows[0];
  if (owner === service.user) return log(oneRoleWarning(owner));
  if (await createIfMissing(db, service)) log(`created the role ${service.user} for the services`);
  await refuseExcess(db, { ...service, owner }, ['is a superuser', 'owns']);
  await db.query('begin');
  try {
    for (const statement of grants(db.escapeIdentifier(schema), db.escapeIdentifier(service.user)))
      await db.query(statement);
    await restrictAppendOnly(db, service.user);
    await db.query('commit');
  } catch (error) {
    await db.query('rollback').catch(() => {});
    throw new StartError(
      `the role ${service.user} could not be given its rights: ${/** @type {Error} */ (error).message}`,
      `The migrations must run as the owner of the tables. ${guide}`,
      error,
    );
  }
  await refuseExcess(db, { ...service, owner });
}

/** @param {string} owner */
const oneRoleWarning = (owner) =>
  `the services connect as ${owner}, who owns the tables and could change the audit trail. To give them a role of their own,\n` +
  `set PROCTOR_POSTGRES_OWNER_USER=${owner} and PROCTOR_POSTGRES_OWNER_PASSWORD for the migrations, PROCTOR_POSTGRES_USER=proctor_service\n` +
  `and a new PROCTOR_POSTGRES_PASSWORD for migrations and services, and run \`npm run db:migrate\`. ${guide}`;

/** @param {import('pg').Client} db @param {ServiceRole} service @returns {Promise<boolean>} whether it was missing */
async function createIfMissing(db, { user, password }) {
  const { rowCount } = await db.query('select from pg_roles where rolname = $1', [user]);
  if (rowCount !== 0) return false;
  const name = db.escapeIdentifier(user);
  try {
    await db.query(`create role ${name} login ${passwordClause(db, password)}`);
    await db.query(`comment on role ${name} is ${db.escapeLiteral(ourComment)}`);
    return true;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    // A migration of another database of this server was faster: before our statement began, or while it ran.
    if (code === '42710' || code === '23505') return false;
    if (code !== '42501') throw error;
    throw new StartError(
      `the role ${user} of PROCTOR_POSTGRES_USER does not exist, and could not be created: ${message}`,
      `Let an administrator of the server run: CREATE ROLE ${name} LOGIN PASSWORD '…';`,
      error,
    );
  }
}

/** @param {import('pg').Client} db @param {string} password */
const passwordClause = (db, password) =>
  password === '' ? '' : `password ${db.escapeLiteral(toScramSecret(password))}`;

/**
 * What Postgres stores of a password, so that statements, which servers may log, do not hold the password itself.
 * @param {string} password @returns {string} unchanged if it has other than ASCII characters, which Postgres normalizes
 */
function toScramSecret(password) {
  if (!/^[\x20-\x7e]+$/.test(password)) return password;
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (/** @type {string} */ text) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const serverKey = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** @param {string} schema @param {string} role both quoted @returns {string[]} */
const grants = (schema, role) => [
  `revoke create on schema ${schema} from public`, // the default before Postgres 15
  `grant usage on schema ${schema} to ${role}`,
  `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
  `grant usage on all sequences in schema ${schema} to ${role}`,
  `grant execute on all functions in schema ${schema} to ${role}`,
  `revoke insert, update, delete on _prisma_migrations from ${role}`,
  // For what the functions of the owner create, and for migrations by Prisma's own program.
  `alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${role}`,
  `alter default privileges in schema ${schema} grant usage on sequences to ${role}`,
];

/** @param {import('pg').Client} db @param {string} user */
async function restrictAppendOnly(db, user) {
  const { rows } = await db.query(
    `select distinct t.tgrelid::regclass::text as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid
     where p.proname like 'refuse\\_change\\_of\\_%' and p.pronamespace = current_schema()::regnamespace`,
  );
  for (const { name } of rows)
    await db.query(`revoke update, delete on ${name} from ${db.escapeIdentifier(user)}`);
}

/**
 * @param {import('pg').Client} db @param {{ user: string, owner: string }} roles
 * @param {string[]} [only] beginnings of those that count now; default: all
 */
async function refuseExcess(db, { user, owner }, only) {
  const { rows } = await db.query('select excess, remedy from excess_rights($1)', [user]);
  const found = only ? rows.filter(({ excess }) => only.some((start) => excess.startsWith(start))) : rows;
  if (found.length === 0) return;
  const statements = found.map(({ remedy }) => remedy.replace(/\bOWNER;$/, `${db.escapeIdentifier(owner)};`));
  throw new StartError(
    `the role ${user} of PROCTOR_POSTGRES_USER may do more than the services need: it ${found.map(({ excess }) => excess).join('; it ')}`,
    `Let an administrator of the server run, in this database:\n  ${statements.join('\n  ')}\n` +
      `or set PROCTOR_POSTGRES_USER to another role; one that does not exist is created. ${guide}`,
  );
}

/**
 * Makes sure that the services can sign in with their password: that of a role that we created is set to it.
 * @param {import('pg').Client} db connected as the owner @param {ServiceRole} service
 * @param {(service: ServiceRole) => Promise<void>} signIn throws what Postgres answers
 * @param {(line: string) => void} log
 */
export async function matchPassword(db, service, signIn, log) {
  const refusal = await signIn(service).catch((error) => error);
  if (refusal?.code !== '28P01') return; // other refusals may hold for this machine only
  const { user, password } = service;
  const { rows } = await db.query(
    `select shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1`,
    [user],
  );
  try {
    if (rows[0]?.comment !== ourComment || password === '') throw refusal;
    await db.query(`alter role ${db.escapeIdentifier(user)} ${passwordClause(db, password)}`);
    log(`set the password of the role ${user}`);
  } catch (error) {
    throw new StartError(
      `the role ${user} cannot sign in with PROCTOR_POSTGRES_PASSWORD: ${/** @type {Error} */ (error).message}`,
      'Correct the variable, or let an administrator of the server set the password of the role.',
      error,
    );
  }
}
