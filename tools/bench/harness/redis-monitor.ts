import { Redis } from 'ioredis';

/**
 * Counts the commands that clients send, by MONITOR: `INFO commandstats` would count those within a script too. It makes Redis
 * slower, so do not measure time meanwhile.
 */
export class RedisMonitor {
  /** Commands of clients; a script is one. */
  commands = 0;
  /** Commands within scripts. */
  inScripts = 0;

  private constructor(private readonly redis: Redis) {}

  static async start(port: number): Promise<RedisMonitor> {
    const redis = new Redis(port, '127.0.0.1');
    const monitor = await redis.monitor();
    redis.disconnect();
    const counter = new RedisMonitor(monitor);
    monitor.on('monitor', (_time: string, _command: string[], source: string) => {
      if (source === 'lua') counter.inScripts += 1;
      else counter.commands += 1;
    });
    return counter;
  }

  stop(): void {
    this.redis.disconnect();
  }
}
