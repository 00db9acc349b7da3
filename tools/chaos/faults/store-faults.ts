import { Redis } from 'ioredis';
import { STORES } from '../world/network.js';
import type { Passage } from '../world/tcp-proxy.js';
import { choose, chooseTwice, nothingToHeal, type Inject } from './fault.js';

const cutting =
  (passage: Passage): Inject =>
  ({ world }, { whom }) => {
    const [service, store] = chooseTwice(world.services, STORES, whom);
    return service.options.network.disturb(store, passage);
  };

export const STORE_FAULTS = {
  'redis restart': ({ world }) => world.redis.takeDown((server) => server.stop()),
  'redis kill': ({ world }) => world.redis.takeDown((server) => server.kill('SIGKILL')),
  'redis flush': async ({ world }) => {
    if (!world.redis.server.isAlive()) return null;
    const redis = new Redis({ port: world.redis.server.port, host: '127.0.0.1', retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.flushall();
      return nothingToHeal;
    } catch {
      return null;
    } finally {
      redis.disconnect();
    }
  },
  'postgres restart': ({ world }) => world.postgres.takeDown((server) => server.stop()),
  'postgres immediate stop': ({ world }) =>
    world.postgres.takeDown(async (server) => {
      await server.kill('SIGQUIT');
      await server.stop();
    }),
  'postgres backend kill': async ({ world }, { how }) => {
    const rows = await world
      .query<{ pid: number }>(
        `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by pid`,
      )
      .catch(() => []);
    if (rows.length === 0) return null;
    process.kill(choose(rows, how).pid, 'SIGKILL');
    return nothingToHeal;
  },
  'postgres disk full': ({ world }) => world.disk?.fill() ?? null,
  'network refused': cutting('refused'),
  'network silent': cutting('silent'),
  'network without answers': cutting('no answers'),
} satisfies Record<string, Inject>;
