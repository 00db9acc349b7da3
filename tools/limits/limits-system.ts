import { startSystem, type System } from '../../test/support/system.js';
import { ApiClient } from '../../test/support/api-client.js';
import { expectStatus } from './expect-status.js';
import { MemoryWatch, type MeasuredProcess } from './process-memory.js';

/** All of Proctor, and the memory of each process. */
export interface LimitsSystem extends System {
  memory: MemoryWatch;
  /** Creates a user without groups. */
  createUser(name: string): Promise<ApiClient>;
}

/** @param ownPostgres false: use the Postgres of the test run, without measuring its memory */
export async function startLimitsSystem(
  { workers, env }: { workers: number; env: Record<string, string> },
  { ownPostgres }: { ownPostgres: boolean },
): Promise<LimitsSystem> {
  const system = await startSystem({
    workers,
    notifier: true,
    ownPostgres,
    env: { PROCTOR_LOG_LEVEL: 'info', ...env },
  });
  const memory = new MemoryWatch(() => [
    ...nameServices(system.services),
    ...(system.postgres
      ? [{ name: 'Postgres, all processes', pid: system.postgres.pid(), withChildren: true }]
      : []),
    { name: 'Redis', pid: system.redis.pid() },
    { name: 'sandbox and all clients', pid: process.pid },
  ]);
  return {
    ...system,
    memory,
    createUser: (name) => createUser(system.api, name),
    async stop() {
      memory.stop();
      await system.stop();
    },
  };
}

function nameServices(services: System['services']): MeasuredProcess[] {
  return services.map(({ name, pid }, at) => {
    const before = services.slice(0, at).filter((other) => other.name === name).length;
    return { name: before === 0 ? name : `${name} ${before + 1}`, pid };
  });
}

async function createUser(admin: ApiClient, name: string): Promise<ApiClient> {
  const email = `${name}@example.com`;
  await expectStatus(await admin.request('POST', '/user', { email, name }), 201);
  const reply = await admin.request('POST', '/token', { email, label: 'limits' });
  const { token } = (await expectStatus(reply, 201)) as { token: string };
  return new ApiClient(admin.url, { email, token });
}
