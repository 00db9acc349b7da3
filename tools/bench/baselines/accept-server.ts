import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import pg from 'pg';
import { answerParent } from '../../chaos/world/child.js';

export interface AcceptServerOptions {
  databaseUrl: string;
  redisPort: number;
  maxConnections: number;
}

/** The least that a durable accept takes: parse the body, insert one row, add one entry to a BullMQ queue. */
const methods = {
  async start({ databaseUrl, redisPort, maxConnections }: AcceptServerOptions): Promise<{ port: number }> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: maxConnections });
    await pool.query(
      `create table if not exists bare_execution
         (id bigint generated always as identity primary key, name text not null, args jsonb not null)`,
    );
    const queue = new Queue('bare', { connection: { host: '127.0.0.1', port: redisPort } });
    await queue.waitUntilReady();
    const accept = async (request: IncomingMessage): Promise<{ id: number }> => {
      const { name, args } = JSON.parse(await readText(request)) as { name: string; args: object };
      const { rows } = await pool.query<{ id: string }>(
        'insert into bare_execution (name, args) values ($1, $2) returning id',
        [name, JSON.stringify(args)],
      );
      const id = Number(rows[0]!.id);
      await queue.add('execution', { id }, { removeOnComplete: true, removeOnFail: true });
      return { id };
    };
    const server = createServer((request, response) => {
      accept(request).then(
        (reply) => response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(reply)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port };
  },
};

export type AcceptServerMethods = typeof methods;

answerParent(methods, () => undefined);

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
