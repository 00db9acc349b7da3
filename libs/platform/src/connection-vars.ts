import type { ConnectionOptions } from 'node:tls';
import type * as z from 'zod';
import { booleanVar, hostPortVar, integerVar, parsedVar, portVar, textVar } from './env-vars.js';
import { pemFileVar, refuse, SSL_MODES, tlsOptions } from './tls-vars.js';

/** The `PROCTOR_POSTGRES_*` variables, for the schema of an app: `z.object({ ...postgresVars })`. */
export const postgresVars = {
  PROCTOR_POSTGRES_USER: textVar("the database user's name"),
  PROCTOR_POSTGRES_PASSWORD: textVar().default(''),
  PROCTOR_POSTGRES_HOST: textVar('the host of Postgres (a name, an address, or the folder of a socket)'),
  PROCTOR_POSTGRES_PORT: portVar.default(5432),
  PROCTOR_POSTGRES_DATABASE: textVar("the database's name"),
  PROCTOR_POSTGRES_SSL_MODE: parsedVar(`one of ${SSL_MODES.join(', ')}`, (text) =>
    SSL_MODES.find((mode) => mode === text),
  ).default('disable'),
  PROCTOR_POSTGRES_SSL_CA: pemFileVar('certificates').optional(),
  PROCTOR_POSTGRES_SSL_CERT: pemFileVar('certificates').optional(),
  PROCTOR_POSTGRES_SSL_KEY: pemFileVar('a private key').optional(),
  // At least 2: a scheduler keeps one for its ticks.
  PROCTOR_POSTGRES_MAX_CONNECTIONS: integerVar({ min: 2, max: 10_000, default: 20 }),
  // Minutes.
  PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME: integerVar({ min: 0, max: 525_600, default: 30 }),
};

export interface PostgresSettings {
  host: string;
  port: number;
  user: string;
  /** Empty: the server needs none. */
  password: string;
  database: string;
  /** Null: plain text. */
  tls: ConnectionOptions | null;
  maxConnections: number;
  /** The age at which a connection is replaced; 0: never. */
  maxLifetimeSeconds: number;
}

type PostgresEnv = z.output<z.ZodObject<typeof postgresVars>>;

export function postgresSettings(env: PostgresEnv): PostgresSettings {
  return {
    host: env.PROCTOR_POSTGRES_HOST,
    port: env.PROCTOR_POSTGRES_PORT,
    user: env.PROCTOR_POSTGRES_USER,
    password: env.PROCTOR_POSTGRES_PASSWORD,
    database: env.PROCTOR_POSTGRES_DATABASE,
    tls: postgresTls(env),
    maxConnections: env.PROCTOR_POSTGRES_MAX_CONNECTIONS,
    maxLifetimeSeconds: env.PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME * 60,
  };
}

function postgresTls(env: PostgresEnv): ConnectionOptions | null {
  const {
    PROCTOR_POSTGRES_HOST: host,
    PROCTOR_POSTGRES_SSL_MODE: mode,
    PROCTOR_POSTGRES_SSL_CA: ca,
    PROCTOR_POSTGRES_SSL_CERT: cert,
    PROCTOR_POSTGRES_SSL_KEY: key,
  } = env;
  const variable = 'PROCTOR_POSTGRES_SSL_MODE';
  if (mode === 'disable') {
    // Somebody who gives certificates does not expect plain text.
    if (ca ?? cert ?? key)
      refuse(variable, 'verify-full (or verify-ca), because PROCTOR_POSTGRES_SSL_… is set', mode);
    return null;
  }
  if (host.startsWith('/'))
    refuse(variable, 'disable, because PROCTOR_POSTGRES_HOST is the folder of a socket', mode);
  if (mode === 'require' && ca !== undefined)
    refuse(variable, 'verify-full or verify-ca, because PROCTOR_POSTGRES_SSL_CA is set', mode);
  if (mode === 'verify-ca' && ca === undefined)
    refuse('PROCTOR_POSTGRES_SSL_CA', 'a value, because PROCTOR_POSTGRES_SSL_MODE is verify-ca', 'not set');
  return tlsOptions({ host, mode, ca, cert, key }, 'PROCTOR_POSTGRES_SSL');
}

/** The most connections that a process opens; test/executor-worker/contract-variables.spec.ts counts them. */
const NEEDED_REDIS_CONNECTIONS = 8;

export const redisVars = {
  PROCTOR_REDIS_ADDRESS: hostPortVar,
  PROCTOR_REDIS_USERNAME: textVar().optional(),
  PROCTOR_REDIS_PASSWORD: textVar().optional(),
  PROCTOR_REDIS_TLS: booleanVar().default(false),
  PROCTOR_REDIS_TLS_CA: pemFileVar('certificates').optional(),
  PROCTOR_REDIS_TLS_CERT: pemFileVar('certificates').optional(),
  PROCTOR_REDIS_TLS_KEY: pemFileVar('a private key').optional(),
  PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: integerVar({
    min: NEEDED_REDIS_CONNECTIONS,
    max: 100_000,
    default: 50,
    because: `a process may open ${NEEDED_REDIS_CONNECTIONS}`,
  }),
};

export interface RedisSettings {
  host: string;
  port: number;
  /** Undefined: the default user. */
  username: string | undefined;
  /** Undefined: the server needs none. */
  password: string | undefined;
  /** Null: plain text. */
  tls: ConnectionOptions | null;
  /** Upper bound on this process's connections. It opens a fixed, smaller number, so it need not count them. */
  maxConnections: number;
}

type RedisEnv = z.output<z.ZodObject<typeof redisVars>>;

export function redisSettings(env: RedisEnv): RedisSettings {
  return {
    host: env.PROCTOR_REDIS_ADDRESS.host,
    port: env.PROCTOR_REDIS_ADDRESS.port,
    username: env.PROCTOR_REDIS_USERNAME,
    password: env.PROCTOR_REDIS_PASSWORD,
    tls: redisTls(env),
    maxConnections: env.PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS,
  };
}

function redisTls(env: RedisEnv): ConnectionOptions | null {
  const { PROCTOR_REDIS_TLS_CA: ca, PROCTOR_REDIS_TLS_CERT: cert, PROCTOR_REDIS_TLS_KEY: key } = env;
  if (env.PROCTOR_REDIS_USERNAME !== undefined && env.PROCTOR_REDIS_PASSWORD === undefined)
    refuse('PROCTOR_REDIS_PASSWORD', 'a value, because PROCTOR_REDIS_USERNAME is set', 'not set');
  if (!env.PROCTOR_REDIS_TLS) {
    if (ca ?? cert ?? key) refuse('PROCTOR_REDIS_TLS', 'true, because PROCTOR_REDIS_TLS_… is set', 'false');
    return null;
  }
  const { host } = env.PROCTOR_REDIS_ADDRESS;
  return tlsOptions({ host, mode: 'verify-full', ca, cert, key }, 'PROCTOR_REDIS_TLS');
}
