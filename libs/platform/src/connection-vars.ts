import type * as z from 'zod';
import { hostPortVar, integerVar, portVar, textVar } from './env-vars.js';

/** The `PROCTOR_POSTGRES_*` variables, for the schema of an app: `z.object({ ...postgresVars })`. */
export const postgresVars = {
  PROCTOR_POSTGRES_USER: textVar("the database user's name"),
  PROCTOR_POSTGRES_PASSWORD: textVar().default(''),
  PROCTOR_POSTGRES_HOST: textVar('the host of Postgres (a name, an address, or the folder of a socket)'),
  PROCTOR_POSTGRES_PORT: portVar.default(5432),
  PROCTOR_POSTGRES_DATABASE: textVar("the database's name"),
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
    maxConnections: env.PROCTOR_POSTGRES_MAX_CONNECTIONS,
    maxLifetimeSeconds: env.PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME * 60,
  };
}

/** The most connections that a process opens; test/executor-worker/contract-variables.spec.ts counts them. */
const NEEDED_REDIS_CONNECTIONS = 8;

export const redisVars = {
  PROCTOR_REDIS_ADDRESS: hostPortVar,
  PROCTOR_REDIS_PASSWORD: textVar().optional(),
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
  /** Undefined: the server needs none. */
  password: string | undefined;
  /** Upper bound on this process's connections. It opens a fixed, smaller number, so it need not count them. */
  maxConnections: number;
}

type RedisEnv = z.output<z.ZodObject<typeof redisVars>>;

export function redisSettings(env: RedisEnv): RedisSettings {
  return {
    host: env.PROCTOR_REDIS_ADDRESS.host,
    port: env.PROCTOR_REDIS_ADDRESS.port,
    password: env.PROCTOR_REDIS_PASSWORD,
    maxConnections: env.PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS,
  };
}
