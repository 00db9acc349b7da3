import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** `+1796063193.682624 [0 127.0.0.1:39442] "get" "x"`, with `lua` instead of the address within a script. */
const COMMAND = /^\+[\d.]+ \[\d+ (\S+)\]/;

/**
 * Counts the commands that clients send, by MONITOR: `INFO commandstats` would count those within a script too. It makes Redis
 * slower, so do not measure time meanwhile. Not by ioredis, whose monitor fails if a client sends a command at the same moment.
 */
export class RedisMonitor {
  /** Commands of clients; a script is one. */
  commands = 0;
  /** Commands within scripts. */
  inScripts = 0;

  private constructor(private readonly socket: Socket) {}

  static async start(port: number): Promise<RedisMonitor> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const monitor = new RedisMonitor(socket);
    const lines = createInterface({ input: socket });
    const answered = once(lines, 'line');
    lines.on('line', (line) => monitor.take(line));
    socket.write('MONITOR\r\n');
    await answered;
    return monitor;
  }

  private take(line: string): void {
    const sender = senderOf(line);
    if (sender === 'script') this.inScripts += 1;
    else if (sender === 'client') this.commands += 1;
  }

  stop(): void {
    this.socket.destroy();
  }
}

/** Pure: who sent the command of a line; null: it tells of none. */
export function senderOf(line: string): 'client' | 'script' | null {
  const source = COMMAND.exec(line)?.[1];
  if (source === undefined) return null;
  return source === 'lua' ? 'script' : 'client';
}
