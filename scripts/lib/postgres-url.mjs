import { StartError } from './start-error.mjs';

/**
 * @param {{ host: string, port: number, user: string, password: string }} server @param {string} database
 * @returns {string} a connection string; every part may hold any character
 */
export function postgresUrl({ host, port, user, password }, database) {
  const [name, secret, path] = [user, password, database].map(encodeURIComponent);
  const place = host.includes(':') ? `[${host}]` : encodeURIComponent(host); // may be the folder of a socket
  return `postgresql://${name}:${secret}@${place}:${port}/${path}`;
}

/**
 * Builds a connection string from the PROCTOR_POSTGRES_* variables, for the owner of the tables: without
 * PROCTOR_POSTGRES_OWNER_USER that is the user of the services.
 * @param {NodeJS.ProcessEnv} env @returns {string}
 */
export function postgresUrlFromEnv(env) {
  const host = env.PROCTOR_POSTGRES_HOST;
  if (!host) {
    throw new StartError(
      'PROCTOR_POSTGRES_HOST is not set, so there is no database to migrate',
      'Set PROCTOR_POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DATABASE (in the environment or in .env).\n' +
        '`npm start` migrates its own database by itself.',
    );
  }
  const port = Number(env.PROCTOR_POSTGRES_PORT || 5432);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartError(`PROCTOR_POSTGRES_PORT must be a port number, got "${env.PROCTOR_POSTGRES_PORT}"`);
  }
  return postgresUrl({ host, port, ...ownerFromEnv(env) }, env.PROCTOR_POSTGRES_DATABASE || 'proctor');
}

/** @param {NodeJS.ProcessEnv} env @returns {{ user: string, password: string }} */
function ownerFromEnv(env) {
  const user = env.PROCTOR_POSTGRES_OWNER_USER;
  if (user) return { user, password: env.PROCTOR_POSTGRES_OWNER_PASSWORD ?? '' };
  if (!env.PROCTOR_POSTGRES_OWNER_PASSWORD) return serviceRoleFromEnv(env);
  throw new StartError(
    'PROCTOR_POSTGRES_OWNER_PASSWORD is set, but PROCTOR_POSTGRES_OWNER_USER is not',
    'Set both: the migrations run as that user, who owns the tables.',
  );
}

/** @param {NodeJS.ProcessEnv} env @returns {import('./service-role.mjs').ServiceRole} */
export function serviceRoleFromEnv(env) {
  return { user: env.PROCTOR_POSTGRES_USER || 'proctor', password: env.PROCTOR_POSTGRES_PASSWORD ?? '' };
}
