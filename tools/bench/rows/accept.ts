import { join } from 'node:path';
import { SCRIPT_PROC } from '../../../test/support/api-client.js';
import { Child } from '../../chaos/world/child.js';
import type { AcceptServerMethods } from '../baselines/accept-server.js';
import type { Figures, Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';
import { measureLoad } from '../harness/load.js';
import { cpuMsOf } from '../harness/process-cpu.js';

const CLIENTS = [1, 16, 64];
const TIMES = { warmUpMs: 1_500, measuredMs: 4_000 };
const BODY = { name: SCRIPT_PROC, args: { SCRIPT: 'true' } };
/** That of the system's gateway. */
const MAX_CONNECTIONS = 10;

/** `POST /execution` without workers, against a bare server that inserts one row and adds one entry to a queue. */
export async function accept(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 0 });
  try {
    const rows: Row[] = [];
    for (const clients of CLIENTS) {
      rows.push({
        name: `accept, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
        figures: await measureGateway(system, clients),
        bare: await measureBare(system, clients),
      });
    }
    return rows;
  } finally {
    await system.stop();
  }
}

function measureGateway(system: BenchSystem, clients: number): Promise<Figures> {
  const request = { url: `${system.gatewayUrl}/execution`, headers: system.api.headers, body: BODY };
  return measureLoad(request, { ...TIMES, clients, cpuMs: system.cpuMs });
}

async function measureBare(system: BenchSystem, clients: number): Promise<Figures> {
  const server = await Child.start<AcceptServerMethods>(
    join(import.meta.dirname, '../baselines/accept-server.ts'),
    { isPrioritized: false },
  );
  try {
    const { port } = await server.call('start', {
      databaseUrl: system.databaseUrl(),
      redisPort: system.redis.port,
      maxConnections: MAX_CONNECTIONS,
    });
    const request = { url: `http://127.0.0.1:${port}/`, headers: {}, body: BODY };
    const cpuMs = () => {
      const { Postgres, Redis, client } = system.cpuMs();
      return { gateway: cpuMsOf(server.pid), Postgres: Postgres!, Redis: Redis!, client: client! };
    };
    return await measureLoad(request, { ...TIMES, clients, cpuMs });
  } finally {
    await server.close();
  }
}
