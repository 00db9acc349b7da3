import type { ConnectionOptions } from 'node:tls';
import { backOffMs } from '@app/timing';
import { Redis } from 'ioredis';
import { explainRedisError } from './redis-error.js';

/** The options of our connections; a subset of ioredis' options that the types of BullMQ and Nest accept too. */
export interface ConnectionSettings {
  host: string;
  port: number;
  username?: string;
  password: string | undefined;
  tls?: ConnectionOptions;
  retryStrategy: (tries: number) => number;
  connectTimeout: number;
  keepAlive: number;
  maxRetriesPerRequest: number | null;
  enableOfflineQueue?: boolean;
  commandTimeout?: number;
}

export interface RedisSettings {
  host: string;
  port: number;
  /** Undefined: the default user. */
  username?: string | undefined;
  /** Undefined: the server needs none. */
  password: string | undefined;
  /** Null: plain text. */
  tls?: ConnectionOptions | null;
}

/** Reconnects quickly after an outage, and never gives up. */
const RECONNECT = { firstMs: 100, maxMs: 1_000 };

/** How long a command of a fail-fast connection may take. */
const COMMAND_TIMEOUT_MS = 2_000;

/** For connections whose commands wait through an outage, as BullMQ requires of its workers. */
export function patientOptions(settings: RedisSettings): ConnectionSettings {
  return { ...common(settings), maxRetriesPerRequest: null };
}

/** For connections whose commands fail at once while Redis is unavailable. */
export function failFastOptions(settings: RedisSettings): ConnectionSettings {
  return {
    ...common(settings),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  };
}

/** Opens a connection that reports errors to `onError` instead of throwing them as uncaught exceptions. */
export function connect(options: ConnectionSettings, onError: (error: Error) => void): Redis {
  const redis = new Redis(options);
  redis.on('error', (error: Error) => onError(explainRedisError(error, options.tls !== undefined)));
  return redis;
}

/** Closes a connection in any state. */
export function disconnect(redis: Redis): void {
  redis.disconnect();
}

function common({
  host,
  port,
  username,
  password,
  tls,
}: RedisSettings): Omit<ConnectionSettings, 'maxRetriesPerRequest'> {
  return {
    host,
    port,
    ...(username !== undefined && { username }),
    password,
    ...(tls && { tls }),
    retryStrategy: (tries) => backOffMs(tries - 1, RECONNECT),
    connectTimeout: 5_000,
    keepAlive: 10_000,
  };
}
