import { Redis } from 'ioredis';
import type { LimitsSystem } from '../limits-system.js';

export async function redisCommand(system: LimitsSystem, ...words: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(system.redis.port, '127.0.0.1');
  try {
    return await redis.call(...words);
  } finally {
    redis.disconnect();
  }
}

/** Queue entries that no worker has taken. */
export async function countQueued(system: LimitsSystem): Promise<number> {
  const [row] = await system.query<{ id: string }>('select id from installation');
  return Number(await redisCommand(system, 'llen', `proctor-${row?.id}:executions:wait`));
}
