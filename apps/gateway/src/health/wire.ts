import type { Database } from '@app/database';
import { HealthRegistry } from '@app/platform';
import type { ExecutionQueue } from '@app/queue';
import { HealthController } from './health.controller.js';

export interface HealthDependencies {
  database: Database;
  queue: ExecutionQueue;
  /** The gateway's; null: unknown. */
  version: string | null;
}

/** Ready without Redis: an execution is accepted once its row is stored, and the sweep enqueues it later. */
export function wireHealth({ database, queue, version }: HealthDependencies) {
  const health = new HealthRegistry()
    .add('postgres', 'required', () => database.ping())
    .add('redis', 'optional', () => queue.ping());
  return { health, controllers: [new HealthController(health, version)] };
}
