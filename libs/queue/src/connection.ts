import { backOffMs } from '@app/timing';
import { Redis } from 'ioredis';

/** What our connections have in common; a subset of ioredis' options that BullMQ's and Nest's types accept as well. */
export interface ConnectionSettings {
  host: string;
  port: number;
  password: string | undefined;
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
  /** Undefined: the server asks for none. */
  password: string | undefined;
}

/** Reconnects quickly after an outage, for ever. */
const RECONNECT = { firstMs: 100, maxMs: 1_000 };

/** A command that Redis has not answered by then has failed, for those who must not wait. */
const COMMAND_TIMEOUT_MS = 2_000;

/** For connections whose commands wait through an outage (BullMQ demands it of its workers). */
export function patientOptions(settings: RedisSettings): ConnectionSettings {
  return { ...common(settings), maxRetriesPerRequest: null };
}

/** For connections whose commands fail at once while Redis is away. */
export function failFastOptions(settings: RedisSettings): ConnectionSettings {
  return {
    ...common(settings),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  };
}

/** A connection that reports its errors to `onError` instead of throwing them into the process. */
export function connect(options: ConnectionSettings, onError: (error: Error) => void): Redis {
  const redis = new Redis(options);
  redis.on('error', onError);
  return redis;
}

/** Closes a connection that may be in any state. */
export function disconnect(redis: Redis): void {
  redis.disconnect();
}

function common({ host, port, password }: RedisSettings): Omit<ConnectionSettings, 'maxRetriesPerRequest'> {
  return {
    host,
    port,
    password,
    retryStrategy: (tries) => backOffMs(tries - 1, RECONNECT),
    connectTimeout: 5_000,
    keepAlive: 10_000,
  };
}
